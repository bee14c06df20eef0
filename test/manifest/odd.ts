import fc from 'fast-check'

/** Values that some type or other is likely to stumble over. */
export const odd: readonly unknown[] = [
  ...[
    null,
    undefined,
    true,
    false,
    '',
    ' ',
    '0',
    '1',
    '-',
    '.',
    '-.',
    '1.',
    '.5',
    '-0',
    '007',
    '+1',
  ],
  ...[0, -0, 1, 1.5, 0.125, 1e21, -1e21, 1e-7, 5e-324, 2 ** 53, -(2 ** 53), 2 ** 53 - 1],
  ...[32767, 32768, -32768, -32769, 2147483647, 2147483648, -2147483648, -2147483649],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, 99_999_999.995, 100_000_000],
  ...[
    0n,
    5n,
    32768n,
    -32769n,
    2n ** 31n,
    2n ** 63n - 1n,
    2n ** 63n,
    -(2n ** 63n),
    -(2n ** 63n) - 1n,
  ],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '9'.repeat(400)],
  ...[
    '000000000000000000000000000001',
    '1\n',
    '１',
    '1_0',
    '0x10',
    '1e3',
    '12345678.90',
    '1.230000',
  ],
  ...['2024-02-29', '2023-02-29', '1900-02-29', '2000-02-29', '2026-04-31', '2026-12-31'],
  ...[
    '0000-01-01',
    '0001-01-01',
    '2026-00-10',
    '2026-13-10',
    '2026-11-00',
    '2026-11-23\n',
    '26-1-1',
  ],
  ...['24:00:00', '23:59:60', '23:60:00', '23:59', '23:59:59.', '23:59:59.1234567', '-01:00:00'],
  ...[
    '2026-11-23 24:00:00',
    '2026-11-23T10:00',
    '2026-11-23t10:00:00',
    '2026-11-23 ',
    '2026-11-23T',
  ],
  ...[
    '2026-11-23 10:00:00Z',
    '2026-11-23T10:00:00.5+05:30',
    '2026-11-23 10:00:00 -0530',
    '2026-11-23Z',
  ],
  ...['2026-11-23 10:00:00+5', '2026-11-23T10:00:00+05', 'now', '0000-00-00 00:00:00'],
  ...[new Date(0), new Date(Number.NaN), new Date(8.64e15), new Date(-6.2e13)],
  ...[
    'NULL_x',
    'NULL',
    'NULL_xx',
    'NULL\0_x',
    '\0',
    '"',
    '""',
    'a,"b"\r\n',
    '\\N',
    "'",
    '\\"',
    '\u007f',
  ],
  ...[
    'é',
    'ß€',
    '\u07ff',
    '\u0800',
    '\uffff',
    '😀',
    '\ud83d',
    '\ude00',
    '\ude00\ud83d',
    '\ud83d\0\ude00',
  ],
  ...[
    'x'.repeat(63),
    `${'x'.repeat(62)}é`,
    'x'.repeat(64),
    'x'.repeat(65),
    '"'.repeat(64),
    '"'.repeat(65),
  ],
  ...[
    'é'.repeat(500),
    'x'.repeat(1001),
    `${'😀'.repeat(70)}"\0`,
    `${'x'.repeat(100)}\0"`,
    '\0'.repeat(70),
  ],
  ...[
    '{"a": 1}',
    '{',
    '[]',
    'null',
    [],
    {},
    { a: ['"', null, 1n] },
    { n: Number.NaN },
    Symbol.iterator,
  ],
  ...[new Uint8Array(), new Uint8Array([0, 34, 255]), Buffer.from('text'), new Uint8Array(5000)],
]

const digits = (count: number) => fc.stringMatching(new RegExp(`^\\d{${count}}$`))
const upTo = (most: number) => fc.integer({ min: 0, max: most })
const two = (most: number) => upTo(most).map((number) => String(number).padStart(2, '0'))

const dates = fc
  .tuple(fc.oneof(digits(4), fc.constantFrom('1900', '2000', '2024', '2023')), two(13), two(32))
  .map((parts) => parts.join('-'))
const times = fc
  .tuple(two(25), two(61), fc.option(two(61)), fc.option(upTo(9_999_999)), upTo(1))
  .map(([hour, minute, second, fraction, whole]) =>
    second === null
      ? `${hour}:${minute}`
      : `${hour}:${minute}:${second}${fraction === null || whole ? '' : `.${fraction}`}`,
  )
const zones = fc.constantFrom('', '', 'Z', '+00', '-05:30', '+0530', ' Z', '+5')
const moments = fc
  .tuple(dates, fc.constantFrom(' ', 'T', 't', ''), times, zones)
  .map((parts) => parts.join(''))
const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
)
const numerals = fc.oneof(
  fc.stringMatching(/^-?0{0,2}\d{0,12}(\.\d{0,4}0{0,2})?$/),
  numbers.map(String),
)
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\0', 'é', '€', '\ud83d', '\ude00') }),
)

/** What comes of a character that is put into a text, or in place of others. */
const spoilt = (good: fc.Arbitrary<string>) =>
  fc
    .tuple(
      good,
      fc.nat(30),
      fc.nat(2),
      fc.constantFrom('', '0', '9', ':', '-', '.', ' ', '/', '\0', '٣'),
    )
    .map(([text, at, count, put]) => text.slice(0, at) + put + text.slice(at + count))

/** Any value, good for a type or nearly so more often than chance would have it. */
export const oddValues = fc.oneof(
  fc.constantFrom(...odd),
  numbers,
  numerals,
  dates,
  times,
  moments,
  texts,
  spoilt(fc.oneof(numerals, dates, times, moments)),
  fc.uint8Array({ maxLength: 12 }),
  fc.anything({ withBigInt: true, withDate: true }),
)
