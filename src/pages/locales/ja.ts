/**
 * Japanese.
 *
 * @module
 */
import type { Messages } from '../messages.js'

export const ja: Messages = {
  locale: 'ja',
  direction: 'ltr',
  login: {
    title: 'ログイン',
    confirm: 'ご本人であることの確認',
    continueTo: 'ログインして {client} に進みます',
    username: 'ユーザー名またはメールアドレス',
    password: 'パスワード',
    submit: 'ログイン',
    wrong: 'ユーザー名またはパスワードが違います。',
    incomplete: 'ユーザー名とパスワードを入力してください。',
    throttled: '試行回数が多すぎます。{wait}後にもう一度お試しください。',
    forgotPassword: 'パスワードをお忘れですか？',
    signUp: 'アカウントを作成',
  },
  consent: {
    title: '{client} にアクセスを許可しますか？',
    heading: '{client} にアカウントの利用を許可しますか？',
    scopes: '許可すると、このアプリは次のことができるようになります。',
    plainAccess: 'あなたに代わってこのサービスを利用する',
    optional: '任意の項目です。許可したくないものは、チェックを外すことができます。',
    redirect: 'このあと {host} に移動します',
    describedAt: 'このアプリの情報は {host} で自ら公開されているものです。名前は確認されていません。',
    known: '既知のアプリ：{name}。許可した内容がほかに渡ることはありません。',
    unverified:
      '誰がこの名前を使っているのかは、確認されていません。たった今ご自身でこのアプリを起動した場合に限り、アクセスを許可してください。',
    loggedInAs: '{user} としてログイン中',
    switchUser: '別のアカウントを使用',
    policy: 'プライバシーポリシー',
    terms: '利用規約',
    allow: '許可',
    deny: '拒否',
  },
  apps: {
    title: '連携アプリ',
    none: 'アカウントにアクセスできるアプリはありません。',
    explanation: 'これらのアプリは、許可された範囲でアカウントを利用できます。許可はいつでも取り消せます。',
    more: '一部の連携のみを表示しています。アプリの連携を解除すると、そのアプリの連携はすべて終了します。',
    remembered:
      'このアプリには現在アクセス権がありませんが、アプリでログインすると、確認なしで再びアクセスできるようになります。',
    since: '連携日：{date}',
    lastUsed: '最終使用：{date}',
    logins: '{count} 回連携されています（複数のデバイスでの利用など）。',
    device: '{system} の {browser}',
    sentTo: '移動先：{host}',
    revoke: 'アプリの連携を解除',
    revokeExplanation: 'このアプリはすべての場所でアクセス権を失い、次回はあらためて許可を求めます。',
    revokeOf: '{client} の連携を解除',
    revokeOne: 'この連携を終了',
    revokeOneExplanation: 'この連携のアクセス権は失われます。このアプリの他の連携はそのまま残ります。',
    revokeOneOf: '{client} の連携 {position} を終了',
    revokeAll: 'すべてのアプリの連携を解除',
    revokeAllSummary: 'すべて解除',
    revokeAllExplanation: 'すべてのアプリがアクセス権を失い、次回はあらためて許可を求めます。',
    revoked: 'アクセス権は終了しました。',
    again: 'このページの表示後に新しくログインしたため、まだ何も変更されていません。もう一度選択してください。',
  },
  logout: {
    title: 'ログアウトしますか？',
    explanation: '許可したアプリのアクセス権はそのまま残ります。',
    everywhereExplanation: 'このサイトにログインしているすべてのブラウザーからログアウトすることもできます。',
    here: 'ログアウト',
    everywhere: 'すべてのブラウザーでログアウト',
    again: 'このページの表示後に新しくログインしたため、まだログインしたままです。もう一度選択してください。',
    asked: '{client} からログアウトを求められています。',
    appsToo: 'このアカウントでログインしたアプリからもログアウトされることがあります。',
    stay: 'ログインしたままにする',
    doneTitle: 'ログアウト済みです',
    done: 'このブラウザーでは、このサイトに誰もログインしていません。',
  },
  formPost: {
    title: 'あと少しで完了です',
    explanation: '{host} に戻ります。画面が変わらない場合は、ボタンを押してください。',
    submit: '続ける',
  },
  error: {
    client: 'アプリ',
    redirectUri: '受信したリダイレクト URI',
    code: 'エラー',
    reference: '参照 ID',
    wait: '{wait}後に再びご利用いただけます。',
    detail: 'アプリの開発者向けの情報：',
  },
  ways: { client: '{client} に戻る', login: 'もう一度ログインする', home: 'トップページへ' },
  problem: {
    expired: {
      title: 'このページは無効になりました',
      explanation: '時間が経ちすぎたか、すでに完了しているか、別のブラウザーで開かれたものです。',
      advice: '元のアプリに戻り、そこからやり直してください。',
    },
    cookies: {
      title: 'ブラウザーから Cookie が送信されませんでした',
      explanation: 'ログインには Cookie が必要です。このサイトでは Cookie が無効になっているようです。',
      advice: 'このサイトの Cookie を許可してから元のアプリに戻り、そこからやり直してください。',
    },
    answered: {
      title: 'すでに回答済みです',
      explanation: 'アプリは回答を受け取りました。回答が渡されるのは一度だけです。',
      advice: 'アプリに戻ってください。まだ確認を求められる場合は、そこからやり直してください。',
    },
    foreign: {
      title: '別のサイトから送信されたフォームです',
      explanation: 'このサイトのものではないページから送信されたため、あなたの名義では何も実行されていません。',
      advice: 'ご自身が意図した操作であれば、元のアプリに戻り、そこからやり直してください。',
    },
    tooMany: {
      title: 'リクエストが多すぎます',
      explanation: 'お使いの環境から、短時間に非常に多くのログインが開始されました。',
      advice: 'しばらく待ってからアプリに戻り、やり直してください。',
    },
    unreadable: {
      title: 'フォームを読み取れませんでした',
      explanation: '内容の一部が欠けているか、途中で変更されています。何も実行されていません。',
      advice: '前のページに戻って再読み込みし、もう一度お試しください。',
    },
    busy: {
      title: '現在、大変混み合っています',
      explanation: 'ただ今サーバーが応答できません。',
      advice:
        'しばらくしてからもう一度お試しください。再び発生する場合は、下の参照 ID をこのサイトの運営者にお伝えください。',
    },
    failure: {
      title: '問題が発生しました',
      explanation: 'サーバーでエラーが発生しました。アクセスは許可されていません。',
      advice:
        'しばらくしてからもう一度お試しください。再び発生する場合は、下の参照 ID をこのサイトの運営者にお伝えください。',
    },
    loginMissing: {
      title: 'ログインしていません',
      explanation:
        'ログイン画面から戻りましたが、このサイトには誰もログインしていません。ブラウザーが Cookie を拒否している可能性があります。',
      advice: 'このサイトの Cookie を許可してから、もう一度ページを開いてください。',
    },
    embedded: {
      title: 'このページは直接開く必要があります',
      explanation: '別のページが、あなたの知らないうちにこのページを呼び出しました。アクセスは許可されていません。',
      advice: '利用したいアプリを開き、そこからログインしてください。',
    },
    loggedIn: {
      title: 'ログインしました',
      explanation: '時間が経ちすぎたため、元のアプリに結果は送られていません。',
      advice: 'アプリに戻り、そこからやり直してください。再度ログインする必要はありません。',
    },
    clientMistake: {
      title: 'このアプリに問題があります',
      explanation: 'アプリから送られたリクエストに誤りがあるため、応答できません。',
      advice: 'あなたの操作に問題はありません。前のページに戻り、再び発生する場合はアプリの開発者にお知らせください。',
    },
  },
}
