/**
 * French. A narrow no-break space (U+202F) stands before `?`, `:`, `;` and `!`.
 *
 * @module
 */
import type { Messages } from '../messages.js'

export const fr: Messages = {
  locale: 'fr',
  direction: 'ltr',
  login: {
    title: 'Connexion',
    confirm: 'Confirmez votre identité',
    continueTo: 'pour continuer vers {client}',
    username: 'Nom d’utilisateur ou adresse e-mail',
    password: 'Mot de passe',
    submit: 'Se connecter',
    wrong: 'Nom d’utilisateur ou mot de passe incorrect.',
    incomplete: 'Saisissez votre nom d’utilisateur et votre mot de passe.',
    throttled: 'Trop de tentatives. Réessayez dans {wait}.',
    forgotPassword: 'Mot de passe oublié ?',
    signUp: 'Créer un compte',
  },
  consent: {
    title: 'Autoriser l’accès demandé par {client} ?',
    heading: 'Autoriser {client} à utiliser votre compte ?',
    scopes: 'Si vous l’autorisez, cette application pourra :',
    plainAccess: 'Utiliser ce service en votre nom',
    optional: 'Facultatif. Vous pouvez décocher ce que vous ne souhaitez pas autoriser :',
    redirect: 'Votre navigateur sera redirigé vers {host}',
    describedAt: 'Cette application se présente elle-même sur {host}. Son nom n’a pas été vérifié.',
    known: 'Application connue : {name}. Ce que vous autorisez ne va à personne d’autre.',
    unverified:
      'Personne n’a vérifié qui est derrière ce nom. N’autorisez l’accès que si vous venez de lancer cette application vous-même.',
    loggedInAs: 'Vous utilisez le compte {user}',
    switchUser: 'Ce n’est pas vous ?',
    policy: 'Politique de confidentialité',
    terms: 'Conditions d’utilisation',
    allow: 'Autoriser',
    deny: 'Refuser',
  },
  apps: {
    title: 'Applications connectées',
    none: 'Aucune application n’a accès à votre compte.',
    explanation:
      'Ces applications peuvent utiliser votre compte selon les autorisations que vous leur avez données. Vous pouvez retirer ces autorisations à tout moment.',
    more: 'Toutes les connexions ne sont pas affichées. Déconnecter une application met fin à toutes ses connexions.',
    remembered:
      'Cette application n’a actuellement aucun accès, mais elle en obtiendra un nouveau sans vous poser de question lorsque vous vous y connecterez.',
    since: 'Connectée le {date}',
    lastUsed: 'Dernière utilisation le {date}',
    logins: 'Connectée {count} fois, par exemple sur plusieurs appareils :',
    device: '{browser} sur {system}',
    sentTo: 'Votre navigateur a été redirigé vers {host}',
    revoke: 'Déconnecter l’application',
    revokeExplanation:
      'L’application perd son accès partout et vous demandera de nouveau votre accord la prochaine fois.',
    revokeOf: 'Déconnecter {client}',
    revokeOne: 'Mettre fin à cette connexion',
    revokeOneExplanation: 'Elle perd son accès. Les autres connexions de cette application sont conservées.',
    revokeOneOf: 'Mettre fin à la connexion {position} de l’application {client}',
    revokeAll: 'Déconnecter toutes les applications',
    revokeAllSummary: 'Tout déconnecter',
    revokeAllExplanation:
      'Chaque application perd son accès et vous demandera de nouveau votre accord la prochaine fois.',
    revoked: 'L’accès a pris fin.',
    again:
      'Vous avez ouvert une nouvelle session depuis l’affichage de cette page. Rien n’a donc encore été modifié. Veuillez choisir à nouveau.',
  },
  logout: {
    title: 'Se déconnecter ?',
    explanation: 'Les applications que vous avez autorisées conservent leur accès.',
    everywhereExplanation:
      'Vous pouvez aussi vous déconnecter de ce site dans tous les navigateurs où votre session est ouverte.',
    here: 'Se déconnecter',
    everywhere: 'Se déconnecter partout',
    again:
      'Vous avez ouvert une nouvelle session depuis l’affichage de cette page. Cette session est donc toujours ouverte. Veuillez choisir à nouveau.',
    asked: '{client} vous a envoyé ici pour vous déconnecter.',
    appsToo: 'Les applications auxquelles vous vous êtes connecté avec ce compte peuvent vous déconnecter aussi.',
    stay: 'Rester connecté',
    doneTitle: 'Votre session est fermée',
    done: 'Personne n’est connecté à ce site dans ce navigateur.',
  },
  formPost: {
    title: 'Encore une étape',
    explanation: 'Retour vers {host} en cours. Si rien ne se passe, appuyez sur le bouton.',
    submit: 'Continuer',
  },
  error: {
    client: 'Application',
    redirectUri: 'URI de redirection reçue',
    code: 'Erreur',
    reference: 'Référence',
    wait: 'Ce sera de nouveau possible dans {wait}.',
    detail: 'Pour l’équipe qui développe l’application :',
  },
  ways: { client: 'Retour à {client}', login: 'Se reconnecter', home: 'Aller à la page d’accueil' },
  problem: {
    expired: {
      title: 'Cette page n’est plus valable',
      explanation: 'Elle est restée ouverte trop longtemps, a déjà servi ou appartient à un autre navigateur.',
      advice: 'Retournez à l’application d’où vous venez et recommencez à partir de là.',
    },
    cookies: {
      title: 'Votre navigateur n’a envoyé aucun cookie',
      explanation: 'La connexion ne fonctionne qu’avec des cookies. Ils semblent désactivés pour ce site.',
      advice:
        'Autorisez les cookies pour ce site, puis retournez à l’application d’où vous venez et recommencez à partir de là.',
    },
    answered: {
      title: 'La réponse a déjà été donnée',
      explanation: 'L’application a reçu sa réponse. Elle ne la reçoit qu’une seule fois.',
      advice: 'Retournez à l’application. Si elle pose encore la question, recommencez à partir de là.',
    },
    foreign: {
      title: 'Ce formulaire vient d’un autre site',
      explanation: 'Il a été envoyé par une page étrangère à ce site. Rien n’a donc été fait en votre nom.',
      advice:
        'Si vous vouliez vraiment faire cela, retournez à l’application d’où vous venez et recommencez à partir de là.',
    },
    tooMany: {
      title: 'Trop de demandes',
      explanation: 'De très nombreuses connexions ont été lancées d’ici en peu de temps.',
      advice: 'Attendez un peu, puis retournez à l’application et recommencez.',
    },
    unreadable: {
      title: 'Le formulaire n’a pas pu être lu',
      explanation: 'Un élément manque ou a été modifié en chemin. Rien n’a été fait.',
      advice: 'Revenez en arrière, rechargez la page et réessayez.',
    },
    busy: {
      title: 'Service saturé pour le moment',
      explanation: 'Le serveur ne peut pas répondre actuellement.',
      advice:
        'Réessayez dans un instant. Si cela se reproduit, communiquez la référence ci-dessous à l’exploitant de ce site.',
    },
    failure: {
      title: 'Une erreur s’est produite',
      explanation: 'L’erreur vient du serveur. Aucun accès n’a été accordé.',
      advice:
        'Réessayez dans un instant. Si cela se reproduit, communiquez la référence ci-dessous à l’exploitant de ce site.',
    },
    loginMissing: {
      title: 'La connexion n’a pas abouti',
      explanation:
        'Vous revenez de la page de connexion, mais personne n’est connecté ici. Votre navigateur refuse peut-être les cookies.',
      advice: 'Autorisez les cookies pour ce site, puis ouvrez de nouveau la page.',
    },
    embedded: {
      title: 'Cette page doit être ouverte directement',
      explanation: 'Une autre page l’a demandée à votre insu. Aucun accès n’a été accordé.',
      advice: 'Ouvrez l’application que vous vouliez utiliser et connectez-vous à partir de là.',
    },
    loggedIn: {
      title: 'La connexion a abouti',
      explanation: 'L’application d’où vous venez a attendu trop longtemps et n’a pas reçu de réponse.',
      advice: 'Retournez à l’application et recommencez à partir de là. Il n’est pas nécessaire de vous reconnecter.',
    },
    clientMistake: {
      title: 'Cette application a commis une erreur',
      explanation: 'L’application d’où vous venez a envoyé une demande à laquelle il est impossible de répondre.',
      advice:
        'Vous n’y êtes pour rien. Revenez en arrière et, si cela se reproduit, prévenez l’équipe qui développe l’application.',
    },
  },
}
