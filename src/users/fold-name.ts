/**
 * Which spellings of a user name count as one when attempts are counted. An app's database may find a user by any of them, and
 * each spelling that was counted apart would be as many guesses more. Too coarse costs little: two names share their waits.
 *
 * For names in ASCII it was held against MariaDB's `utf8mb4` collations and ICU's, character by character; one spelling is not found, `ß`
 * for a single `s` (`utf8mb4_general_ci`). For names in other scripts it is near to that.
 *
 * @module
 */

/**
 * Most characters (UTF-16 code units) of a user name: the longest e-mail address has 320. A longer one is nobody's, and it is
 * neither folded nor looked up: to put thousands of combining marks in order takes a processor long.
 */
export const MAX_USERNAME_LENGTH = 320

/**
 * What all spellings of one name have in common: no case, no accents, nothing that is invisible or that collations pass over, and
 * ASCII for all that they order as ASCII. Folding twice changes nothing.
 *
 * Spaces around the name go as well, since databases ignore those at the end. (A user name is what a person typed, not the syntax
 * of a protocol, of which nothing may be trimmed.)
 */
export function foldName(username: string): string {
  return (
    username
      .replaceAll(passedOver, '')
      .normalize('NFKD')
      .replaceAll(
        /[\p{M}\p{C}\p{Default_Ignorable_Code_Point}]/gu,
        (mark) => instead.get(mark) ?? asciiLike(mark) ?? '',
      )
      .trim()
      // First up, then down: only so `ς` meets `σ`, and `ı` meets `i`. It leaves nothing that could be decomposed again.
      .toUpperCase()
      .toLowerCase()
      .replaceAll(/l·|[^\0-\x7f]/gu, plain)
  )
}

/** Letters and signs that collations ignore although they are no marks, and forms of marks that stand alone. */
const passedOver = /[\u0640\u06de\u07fa\u0824\u0828\u180a\u1cd3\u1cf2\u1cf3\ufc5e-\ufc63\ufcf2-\ufcf4\ufe70-\ufe7f]/g

function plain(character: string): string {
  const letter = character.replace(/[ぁ-ゖ]/, hiraganaToKatakana)
  // Beyond the first 65,536 characters, MySQL's older collations take all for one.
  return instead.get(letter) ?? asciiLike(letter) ?? (letter.length > 1 ? '\ufffd' : letter)
}

const hiraganaToKatakana = (kana: string): string => String.fromCharCode(kana.charCodeAt(0) + 0x60)

/** What nothing decomposes, but some collations, or the people who write it, take for what stands before the colon. */
const instead = new Map(
  [
    ...[
      'o:ø',
      'l:łl·',
      'd:đð',
      'i:ı',
      'ae:æᷔ',
      'oe:œ',
      'h:ħ',
      'th:þᵺ',
      'n:ŋ',
      't:ŧ',
      'ss:ß',
      '1:৴',
      '2:৵',
      '3:৶',
      '4:৷',
    ],
    ...['aa:ꜳ𐞀', 'ao:ꜵᷕ', 'au:ꜷ', 'av:ꜹꜻᷖ', 'ay:ꜽ', 'db:ȸ', 'dz:ʣ𐞇', 'll:ỻ', 'ls:ʪ𐞙', 'lz:ʫ𐞚', 'oo:ꝏ', 'qp:ȹ', 'ts:ƾʦ𐞬'],
    ...['tz:ꜩ', 'vy:ꝡ', 'zw:ƍ', 'ab:🆎', 'cl:🆑', 'hc:🆦', 'ic:🆋', 'id:🆔', 'new:🆕', 'ng:🆖', 'ok:🆗', 'pa:🆌', 'sa:🆍'],
    ...['vs:🆚', 'wc:🆏', '2k:🆝', '3d:🆛', '4k:🆞', '8k:🆟', '10:⓾❿➉➓㉈', '11:⓫', '12:⓬', '13:⓭', '14:⓮', '15:⓯', '16:⓰'],
    ...['17:⓱', '18:⓲', '19:⓳', '20:⓴㉉', '30:㉊', '40:㉋', '50:㉌', '60:㉍', '70:㉎', '80:㉏'],
    ...['ア:ァ', 'イ:ィ', 'ウ:ゥ', 'エ:ェ', 'オ:ォ', 'カ:ヵ', 'ケ:ヶ', 'ツ:ッ', 'ヤ:ャ', 'ユ:ュ', 'ヨ:ョ', 'ワ:ヮ'],
  ].flatMap((entry) => {
    const [common = '', characters = ''] = entry.split(':')
    return (characters.match(/l·|./gu) ?? []).map((character) => [character, common] as const)
  }),
)

/** The ASCII character as which a collation orders this one: `٣` and `❸` as `3`, `🅐` as `a`. */
function asciiLike(character: string): string | undefined {
  collation ??= byBaseLetters()
  const { compare, ascii } = collation
  let [low, high] = [compare(character, 'z') > 0 ? ascii.length : 0, ascii.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const order = compare(character, ascii[middle] ?? '')
    if (order === 0) return ascii[middle]
    if (order < 0) high = middle
    else low = middle + 1
  }
  return undefined
}

/** Made for the first name that is not ASCII: it takes milliseconds. */
let collation: ReturnType<typeof byBaseLetters> | undefined

/** Unicode's own order, to which English adds nothing; and the ASCII characters, without capitals, in that order. */
function byBaseLetters() {
  const { compare } = new Intl.Collator('en', { sensitivity: 'base' })
  const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i))
  return { compare, ascii: printable.filter((character) => character === character.toLowerCase()).sort(compare) }
}
