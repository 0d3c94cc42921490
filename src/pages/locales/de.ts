/**
 * German.
 *
 * @module
 */
import type { Messages } from '../messages.js'

export const de: Messages = {
  locale: 'de',
  direction: 'ltr',
  login: {
    title: 'Anmelden',
    confirm: 'Bestätigen Sie, dass Sie es sind',
    continueTo: 'Weiter zu {client}',
    username: 'Benutzername oder E-Mail-Adresse',
    password: 'Passwort',
    submit: 'Anmelden',
    wrong: 'Falscher Benutzername oder falsches Passwort.',
    incomplete: 'Geben Sie Ihren Benutzernamen und Ihr Passwort ein.',
    throttled: 'Zu viele Versuche. Versuchen Sie es in {wait} noch einmal.',
    forgotPassword: 'Passwort vergessen?',
    signUp: 'Konto erstellen',
  },
  consent: {
    title: 'Zugriff für {client} zulassen?',
    heading: 'Zulassen, dass {client} Ihr Konto nutzt?',
    scopes: 'Wenn Sie das zulassen, kann die App:',
    plainAccess: 'Diesen Dienst in Ihrem Namen nutzen',
    optional: 'Optional. Was Sie nicht zulassen möchten, können Sie abwählen:',
    redirect: 'Sie werden zu {host} weitergeleitet',
    describedAt: 'Diese App beschreibt sich selbst auf {host}. Ihr Name wurde nicht geprüft.',
    known: 'Bekannte App: {name}. Was Sie erlauben, geht an niemand anderen.',
    unverified:
      'Niemand hat geprüft, wer hinter diesem Namen steht. Lassen Sie den Zugriff nur zu, wenn Sie diese App gerade selbst gestartet haben.',
    loggedInAs: 'Angemeldet als {user}',
    switchUser: 'Nicht Sie?',
    policy: 'Datenschutzerklärung',
    terms: 'Nutzungsbedingungen',
    allow: 'Zulassen',
    deny: 'Ablehnen',
  },
  apps: {
    title: 'Verbundene Apps',
    none: 'Keine App hat Zugriff auf Ihr Konto.',
    explanation:
      'Diese Apps können Ihr Konto so nutzen, wie Sie es zugelassen haben. Das können Sie jederzeit beenden.',
    more: 'Hier stehen nicht alle Verbindungen. Wenn Sie eine App trennen, enden alle ihre Verbindungen.',
    remembered:
      'Diese App hat zurzeit keinen Zugriff, bekommt ihn aber ohne Rückfrage wieder, wenn Sie sich dort anmelden.',
    since: 'Verbunden am {date}',
    lastUsed: 'Zuletzt genutzt am {date}',
    logins: '{count}-mal verbunden, zum Beispiel auf mehreren Geräten:',
    device: '{browser} auf {system}',
    sentTo: 'Sie wurden zu {host} weitergeleitet',
    revoke: 'App trennen',
    revokeExplanation: 'Die App verliert überall ihren Zugriff und fragt Sie beim nächsten Mal erneut.',
    revokeOf: '{client} trennen',
    revokeOne: 'Diese Verbindung beenden',
    revokeOneExplanation: 'Sie verliert ihren Zugriff. Die anderen Verbindungen dieser App bleiben bestehen.',
    revokeOneOf: 'Verbindung {position} von {client} beenden',
    revokeAll: 'Alle Apps trennen',
    revokeAllSummary: 'Alles trennen',
    revokeAllExplanation: 'Jede App verliert ihren Zugriff und fragt Sie beim nächsten Mal erneut.',
    revoked: 'Der Zugriff wurde beendet.',
    again:
      'Sie haben sich neu angemeldet, nachdem diese Seite angezeigt wurde. Deshalb wurde noch nichts geändert. Bitte wählen Sie noch einmal.',
  },
  logout: {
    title: 'Abmelden?',
    explanation: 'Apps, die Sie zugelassen haben, behalten ihren Zugriff.',
    everywhereExplanation: 'Sie können sich auch in allen Browsern abmelden, in denen Sie hier angemeldet sind.',
    here: 'Abmelden',
    everywhere: 'Überall abmelden',
    again:
      'Sie haben sich neu angemeldet, nachdem diese Seite angezeigt wurde. Deshalb sind Sie noch angemeldet. Bitte wählen Sie noch einmal.',
    asked: '{client} hat Sie zum Abmelden hierher geschickt.',
    appsToo: 'Apps, bei denen Sie sich mit diesem Konto angemeldet haben, melden Sie vielleicht ebenfalls ab.',
    stay: 'Angemeldet bleiben',
    doneTitle: 'Sie sind abgemeldet',
    done: 'In diesem Browser ist hier niemand angemeldet.',
  },
  formPost: {
    title: 'Noch ein Schritt',
    explanation: 'Sie werden zu {host} zurückgeleitet. Falls nichts passiert, klicken Sie auf die Schaltfläche.',
    submit: 'Weiter',
  },
  error: {
    client: 'Anfragende App',
    redirectUri: 'Empfangene Redirect-URI',
    code: 'Fehler',
    reference: 'Referenz',
    wait: 'In {wait} geht es wieder.',
    detail: 'Für das Entwicklungsteam der App:',
  },
  ways: { client: 'Zurück zu {client}', login: 'Erneut anmelden', home: 'Zur Startseite' },
  problem: {
    expired: {
      title: 'Diese Seite ist nicht mehr gültig',
      explanation: 'Der Vorgang hat zu lange gedauert, ist schon abgeschlossen oder gehört zu einem anderen Browser.',
      advice: 'Kehren Sie zu der App zurück, aus der Sie kommen, und beginnen Sie dort von vorn.',
    },
    cookies: {
      title: 'Ihr Browser hat kein Cookie gesendet',
      explanation: 'Die Anmeldung funktioniert nur mit Cookies. Für diese Website scheinen sie ausgeschaltet zu sein.',
      advice:
        'Erlauben Sie Cookies für diese Website. Kehren Sie dann zu der App zurück, aus der Sie kommen, und beginnen Sie dort von vorn.',
    },
    answered: {
      title: 'Das wurde schon beantwortet',
      explanation: 'Die App hat ihre Antwort bekommen. Diese wird nur einmal gegeben.',
      advice: 'Kehren Sie zur App zurück. Wenn sie immer noch fragt, beginnen Sie dort von vorn.',
    },
    foreign: {
      title: 'Dieses Formular kam von einer anderen Website',
      explanation:
        'Es wurde von einer Seite gesendet, die nicht zu dieser Website gehört. Deshalb wurde nichts in Ihrem Namen getan.',
      advice:
        'Wenn Sie das selbst wollten, kehren Sie zu der App zurück, aus der Sie kommen, und beginnen Sie dort von vorn.',
    },
    tooMany: {
      title: 'Zu viele Anfragen',
      explanation: 'Von hier aus wurden in kurzer Zeit sehr viele Anmeldungen begonnen.',
      advice: 'Warten Sie eine Weile. Kehren Sie dann zur App zurück und beginnen Sie von vorn.',
    },
    unreadable: {
      title: 'Das Formular konnte nicht gelesen werden',
      explanation: 'Etwas darin fehlt oder wurde unterwegs verändert. Es wurde nichts ausgeführt.',
      advice: 'Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.',
    },
    busy: {
      title: 'Zurzeit überlastet',
      explanation: 'Der Server kann gerade nicht antworten.',
      advice:
        'Versuchen Sie es gleich noch einmal. Wenn es wieder passiert, nennen Sie dem Betreiber dieser Website die Referenz unten.',
    },
    failure: {
      title: 'Etwas ist schiefgegangen',
      explanation: 'Auf dem Server ist ein Fehler aufgetreten. Es wurde kein Zugriff gewährt.',
      advice:
        'Versuchen Sie es gleich noch einmal. Wenn es wieder passiert, nennen Sie dem Betreiber dieser Website die Referenz unten.',
    },
    loginMissing: {
      title: 'Sie sind nicht angemeldet',
      explanation:
        'Sie kommen von der Anmeldung zurück, aber hier ist niemand angemeldet. Vielleicht lehnt Ihr Browser Cookies ab.',
      advice: 'Erlauben Sie Cookies für diese Website und öffnen Sie die Seite dann noch einmal.',
    },
    embedded: {
      title: 'Diese Seite muss direkt geöffnet werden',
      explanation: 'Eine andere Seite hat sie ohne Ihr Wissen abgerufen. Es wurde kein Zugriff gewährt.',
      advice: 'Öffnen Sie die App, die Sie nutzen wollten, und melden Sie sich von dort aus an.',
    },
    loggedIn: {
      title: 'Sie sind angemeldet',
      explanation: 'Die App, von der Sie kommen, hat zu lange darauf gewartet und keine Antwort bekommen.',
      advice: 'Kehren Sie zur App zurück und beginnen Sie dort von vorn. Anmelden müssen Sie sich nicht noch einmal.',
    },
    clientMistake: {
      title: 'Diese App hat einen Fehler gemacht',
      explanation: 'Die Anfrage der App, aus der Sie kommen, kann nicht beantwortet werden.',
      advice:
        'Sie haben nichts falsch gemacht. Gehen Sie zurück. Wenn es wieder passiert, melden Sie es dem Entwicklungsteam der App.',
    },
  },
}
