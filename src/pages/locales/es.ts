/**
 * Spanish.
 *
 * @module
 */
import type { Messages } from '../messages.js'

export const es: Messages = {
  locale: 'es',
  direction: 'ltr',
  login: {
    title: 'Iniciar sesión',
    confirm: 'Confirma que eres tú',
    continueTo: 'para continuar en {client}',
    username: 'Nombre de usuario o correo electrónico',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    wrong: 'Nombre de usuario o contraseña incorrectos.',
    incomplete: 'Escribe tu nombre de usuario y tu contraseña.',
    throttled: 'Demasiados intentos. Vuelve a intentarlo dentro de {wait}.',
    forgotPassword: '¿Has olvidado la contraseña?',
    signUp: 'Crear una cuenta',
  },
  consent: {
    title: '¿Permitir el acceso de {client}?',
    heading: '¿Permitir que {client} use tu cuenta?',
    scopes: 'Si lo permites, la aplicación podrá:',
    plainAccess: 'Usar este servicio en tu nombre',
    optional: 'Opcional. Puedes desmarcar lo que no quieras permitir:',
    redirect: 'Se te redirigirá a {host}',
    describedAt: 'Esta aplicación se describe a sí misma en {host}. Su nombre no se ha comprobado.',
    known: 'Aplicación conocida: {name}. Lo que permitas no llega a nadie más.',
    unverified:
      'Nadie ha comprobado quién está detrás de este nombre. Permite el acceso solo si eres tú quien acaba de iniciar esta aplicación.',
    loggedInAs: 'Sesión iniciada como {user}',
    switchUser: '¿No eres tú?',
    policy: 'Política de privacidad',
    terms: 'Condiciones de uso',
    allow: 'Permitir',
    deny: 'Denegar',
  },
  apps: {
    title: 'Aplicaciones conectadas',
    none: 'Ninguna aplicación tiene acceso a tu cuenta.',
    explanation:
      'Estas aplicaciones pueden usar tu cuenta con los permisos que les has dado. Puedes retirárselos en cualquier momento.',
    more: 'No se muestran todas las conexiones. Si desconectas una aplicación, terminan todas sus conexiones.',
    remembered:
      'Ahora mismo esta aplicación no tiene acceso, pero lo recuperará sin preguntarte cuando inicies sesión en ella.',
    since: 'Conectada el {date}',
    lastUsed: 'Usada por última vez el {date}',
    logins: 'Conectada {count} veces, por ejemplo, en varios dispositivos:',
    device: '{browser} en {system}',
    sentTo: 'Se te redirigió a {host}',
    revoke: 'Desconectar la aplicación',
    revokeExplanation: 'La aplicación pierde su acceso en todas partes y volverá a preguntarte la próxima vez.',
    revokeOf: 'Desconectar {client}',
    revokeOne: 'Terminar esta conexión',
    revokeOneExplanation: 'Pierde su acceso. Las demás conexiones de esta aplicación se mantienen.',
    revokeOneOf: 'Terminar la conexión {position} de {client}',
    revokeAll: 'Desconectar todas las aplicaciones',
    revokeAllSummary: 'Desconectar todo',
    revokeAllExplanation: 'Todas las aplicaciones pierden su acceso y volverán a preguntarte la próxima vez.',
    revoked: 'El acceso ha terminado.',
    again:
      'Has vuelto a iniciar sesión desde que se mostró esta página, así que aún no se ha cambiado nada. Vuelve a elegir.',
  },
  logout: {
    title: '¿Cerrar sesión?',
    explanation: 'Las aplicaciones a las que has dado acceso lo conservan.',
    everywhereExplanation:
      'También puedes cerrar la sesión de este sitio en todos los navegadores en los que la tengas abierta.',
    here: 'Cerrar sesión',
    everywhere: 'Cerrar sesión en todas partes',
    again:
      'Has vuelto a iniciar sesión desde que se mostró esta página, así que tu sesión sigue abierta. Vuelve a elegir.',
    asked: '{client} te ha enviado aquí para cerrar sesión.',
    appsToo: 'Las aplicaciones en las que has iniciado sesión con esta cuenta pueden cerrarla también.',
    stay: 'Seguir con la sesión iniciada',
    doneTitle: 'Sesión cerrada',
    done: 'En este navegador no hay ninguna sesión abierta en este sitio.',
  },
  formPost: {
    title: 'Un paso más',
    explanation: 'Estás volviendo a {host}. Si no pasa nada, pulsa el botón.',
    submit: 'Continuar',
  },
  error: {
    client: 'Aplicación',
    redirectUri: 'URI de redirección recibida',
    code: 'Error',
    reference: 'Referencia',
    wait: 'Volverá a ser posible en {wait}.',
    detail: 'Para quienes desarrollan la aplicación:',
  },
  ways: { client: 'Volver a {client}', login: 'Iniciar sesión de nuevo', home: 'Ir a la página de inicio' },
  problem: {
    expired: {
      title: 'Esta página ya no es válida',
      explanation: 'Ha estado abierta demasiado tiempo, ya se completó o pertenece a otro navegador.',
      advice: 'Vuelve a la aplicación de la que vienes y empieza de nuevo desde allí.',
    },
    cookies: {
      title: 'Tu navegador no ha enviado ninguna cookie',
      explanation: 'Solo se puede iniciar sesión con cookies. Parece que están desactivadas para este sitio.',
      advice:
        'Permite las cookies en este sitio; después, vuelve a la aplicación de la que vienes y empieza de nuevo desde allí.',
    },
    answered: {
      title: 'Esto ya se ha respondido',
      explanation: 'La aplicación ya tiene su respuesta. Solo la recibe una vez.',
      advice: 'Vuelve a la aplicación. Si sigue preguntando, empieza de nuevo desde allí.',
    },
    foreign: {
      title: 'Este formulario viene de otro sitio',
      explanation: 'Lo envió una página ajena a este sitio, así que no se ha hecho nada en tu nombre.',
      advice: 'Si de verdad querías hacerlo, vuelve a la aplicación de la que vienes y empieza de nuevo desde allí.',
    },
    tooMany: {
      title: 'Demasiadas solicitudes',
      explanation: 'Desde aquí se ha intentado iniciar sesión muchísimas veces en poco tiempo.',
      advice: 'Espera un poco; después, vuelve a la aplicación y empieza de nuevo.',
    },
    unreadable: {
      title: 'No se ha podido leer el formulario',
      explanation: 'Falta algo o se ha modificado por el camino. No se ha hecho nada.',
      advice: 'Vuelve atrás, recarga la página e inténtalo de nuevo.',
    },
    busy: {
      title: 'Demasiada actividad en este momento',
      explanation: 'El servidor no puede responder ahora mismo.',
      advice:
        'Inténtalo de nuevo en un momento. Si vuelve a ocurrir, indica la referencia de abajo a quien administra este sitio.',
    },
    failure: {
      title: 'Algo ha salido mal',
      explanation: 'Se ha producido un error en el servidor. No se ha concedido ningún acceso.',
      advice:
        'Inténtalo de nuevo en un momento. Si vuelve a ocurrir, indica la referencia de abajo a quien administra este sitio.',
    },
    loginMissing: {
      title: 'No has iniciado sesión',
      explanation:
        'Has vuelto de la página de inicio de sesión, pero aquí no hay ninguna sesión abierta. Puede que tu navegador rechace las cookies.',
      advice: 'Permite las cookies en este sitio y vuelve a abrir la página.',
    },
    embedded: {
      title: 'Esta página debe abrirse directamente',
      explanation: 'Otra página la ha solicitado sin que lo supieras. No se ha concedido ningún acceso.',
      advice: 'Ve a la aplicación que querías usar e inicia sesión desde allí.',
    },
    loggedIn: {
      title: 'Has iniciado sesión',
      explanation: 'La aplicación de la que vienes esperó demasiado y no ha recibido respuesta.',
      advice: 'Vuelve a la aplicación y empieza de nuevo desde allí. No tendrás que iniciar sesión otra vez.',
    },
    clientMistake: {
      title: 'Esta aplicación ha cometido un error',
      explanation: 'La aplicación que te ha traído aquí ha enviado una solicitud que no se puede responder.',
      advice:
        'Tú no has hecho nada mal. Vuelve atrás y, si ocurre de nuevo, avisa a quienes desarrollan la aplicación.',
    },
  },
}
