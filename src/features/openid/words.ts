/**
 * What pages say of identity data, in the languages that ship.
 *
 * @module
 */
import type { BesideOptions } from '../../deployment/resource-options.js'
import type { IdentityClaim } from './rules/identity-claims.js'

type Language = 'en' | 'de' | 'es' | 'fr' | 'ja' | 'ar'
type Words = { readonly [language in Language]: string }

/** The words of the languages, in the order `en de es fr ja ar`. */
const words = (en: string, de: string, es: string, fr: string, ja: string, ar: string): Words => ({
  en,
  de,
  es,
  fr,
  ja,
  ar,
})

/** Identity scope: people may leave out all but who they are. */
export const identityResource: BesideOptions = {
  name: words('Your account', 'Ihr Konto', 'Su cuenta', 'Votre compte', 'アカウント', 'حسابك'),
  needs: 'openid',
  scopes: {
    openid: words(
      'Recognize you when you log in with this account',
      'Sie wiedererkennen, wenn Sie sich mit diesem Konto anmelden',
      'Reconocerle cuando inicie sesión con esta cuenta',
      'Vous reconnaître quand vous vous connectez avec ce compte',
      'このアカウントでのログイン時にあなたを識別する',
      'التعرّف عليك عند تسجيل الدخول بهذا الحساب',
    ),
    profile: {
      text: words(
        'See your profile: name, picture, language and the like',
        'Ihr Profil sehen: Name, Bild, Sprache und Ähnliches',
        'Ver su perfil: nombre, imagen, idioma y similares',
        'Voir votre profil : nom, photo, langue et autres',
        'プロフィール（名前、画像、言語など）を見る',
        'الاطلاع على ملفك الشخصي: الاسم والصورة واللغة وما شابه',
      ),
      optional: true,
    },
    email: {
      text: words(
        'See your email address',
        'Ihre E-Mail-Adresse sehen',
        'Ver su dirección de correo electrónico',
        'Voir votre adresse e-mail',
        'メールアドレスを見る',
        'الاطلاع على عنوان بريدك الإلكتروني',
      ),
      optional: true,
    },
    address: {
      text: words(
        'See your postal address',
        'Ihre Postanschrift sehen',
        'Ver su dirección postal',
        'Voir votre adresse postale',
        '住所を見る',
        'الاطلاع على عنوانك البريدي',
      ),
      optional: true,
    },
    phone: {
      text: words(
        'See your phone number',
        'Ihre Telefonnummer sehen',
        'Ver su número de teléfono',
        'Voir votre numéro de téléphone',
        '電話番号を見る',
        'الاطلاع على رقم هاتفك',
      ),
      optional: true,
    },
  },
}

const shared = words(
  'Let the services named here see what is allowed under “Your account”',
  'Die hier genannten Dienste sehen lassen, was unter „Ihr Konto“ erlaubt ist',
  'Permitir que los servicios aquí indicados vean lo que se autoriza en «Su cuenta»',
  'Laisser les services nommés ici voir ce qui est autorisé sous « Votre compte »',
  '「アカウント」で許可した内容を、ここに示されたサービスにも見せる',
  'السماح للخدمات المذكورة هنا بالاطلاع على ما يُسمح به ضمن «حسابك»',
)

/** That the APIs of a grant can ask UserInfo, as the client can. */
export const sharedWords = (locale: string): string => inLanguage(shared, locale)

const intro = words(
  'See also: {list}',
  'Außerdem sehen: {list}',
  'Ver también: {list}',
  'Voir aussi : {list}',
  '次の情報も見る：{list}',
  'الاطلاع أيضًا على: {list}',
)

/** A line for single claims; none for no claims. */
export function wordsForClaims(names: readonly string[], locale: string): readonly string[] {
  const said = [...new Set(names.map((name) => (isSpoken(name) ? inLanguage(claims[name], locale) : name)))]
  if (said.length === 0) return []
  const list = new Intl.ListFormat(locale, { type: 'conjunction' }).format(said)
  return [inLanguage(intro, locale).replace('{list}', () => list)]
}

const inLanguage = (said: Words, locale: string): string => {
  const [language = 'en'] = locale.split('-')
  return Object.hasOwn(said, language) ? said[language as Language] : said.en
}

const isSpoken = (name: string): name is IdentityClaim => Object.hasOwn(claims, name)

const claims: { readonly [claim in IdentityClaim]: Words } = {
  name: words('full name', 'voller Name', 'nombre completo', 'nom complet', '氏名', 'الاسم الكامل'),
  given_name: words('first name', 'Vorname', 'nombre', 'prénom', '名', 'الاسم الأول'),
  family_name: words('last name', 'Nachname', 'apellidos', 'nom de famille', '姓', 'اسم العائلة'),
  middle_name: words(
    'middle name',
    'zweiter Vorname',
    'segundo nombre',
    'deuxième prénom',
    'ミドルネーム',
    'الاسم الأوسط',
  ),
  nickname: words('nickname', 'Spitzname', 'apodo', 'surnom', 'ニックネーム', 'اللقب'),
  preferred_username: words(
    'user name',
    'Benutzername',
    'nombre de usuario',
    'nom d’utilisateur',
    'ユーザー名',
    'اسم المستخدم',
  ),
  profile: words(
    'profile page',
    'Profilseite',
    'página de perfil',
    'page de profil',
    'プロフィールページ',
    'صفحة الملف الشخصي',
  ),
  picture: words('picture', 'Bild', 'imagen', 'photo', '画像', 'الصورة'),
  website: words('website', 'Website', 'sitio web', 'site web', 'ウェブサイト', 'الموقع الإلكتروني'),
  gender: words('gender', 'Geschlecht', 'género', 'genre', '性別', 'الجنس'),
  birthdate: words(
    'date of birth',
    'Geburtsdatum',
    'fecha de nacimiento',
    'date de naissance',
    '生年月日',
    'تاريخ الميلاد',
  ),
  zoneinfo: words('time zone', 'Zeitzone', 'zona horaria', 'fuseau horaire', 'タイムゾーン', 'المنطقة الزمنية'),
  locale: words('language', 'Sprache', 'idioma', 'langue', '言語', 'اللغة'),
  updated_at: words(
    'last change of the profile',
    'letzte Änderung des Profils',
    'último cambio del perfil',
    'dernière modification du profil',
    'プロフィールの最終更新',
    'آخر تعديل للملف الشخصي',
  ),
  email: words(
    'email address',
    'E-Mail-Adresse',
    'dirección de correo electrónico',
    'adresse e-mail',
    'メールアドレス',
    'عنوان البريد الإلكتروني',
  ),
  email_verified: words(
    'whether the email address is verified',
    'ob die E-Mail-Adresse bestätigt ist',
    'si la dirección de correo está verificada',
    'si l’adresse e-mail est vérifiée',
    'メールアドレスの確認状況',
    'ما إذا كان عنوان البريد الإلكتروني مؤكَّدًا',
  ),
  address: words('postal address', 'Postanschrift', 'dirección postal', 'adresse postale', '住所', 'العنوان البريدي'),
  phone_number: words(
    'phone number',
    'Telefonnummer',
    'número de teléfono',
    'numéro de téléphone',
    '電話番号',
    'رقم الهاتف',
  ),
  phone_number_verified: words(
    'whether the phone number is verified',
    'ob die Telefonnummer bestätigt ist',
    'si el número de teléfono está verificado',
    'si le numéro de téléphone est vérifié',
    '電話番号の確認状況',
    'ما إذا كان رقم الهاتف مؤكَّدًا',
  ),
}
