/** First names of fans, from wherever fans come. */
// biome-ignore format: it is read as a table
export const FIRST_NAMES = [
  'Emma', 'Liam', 'Olivia', 'Noah', 'Ava', 'Ethan', 'Sophia', 'Mason', 'Mia', 'Lucas',
  'Maria José', 'José', 'Zoë', 'François', 'Renée', 'Łukasz', 'Björn', 'Siân', 'Søren', 'Dvořák',
  "D'Andre", "Ta'Shawn", 'Jean-Luc', 'Anne-Marie', 'Mary Ann', 'X Æ', 'Nguyễn', 'İbrahim', 'Ελένη',
  'Дмитрий', '美咲', '伟', '지우', 'अनन्या', 'محمد', 'נועה', 'Kim 🎸', '🦄', 'Bo', 'J.',
] as const

/** Their last names. */
// biome-ignore format: it is read as a table
export const LAST_NAMES = [
  'Smith', 'Johnson', 'Garcia', 'Miller', 'Davis', 'Martinez', 'Wilson', 'Anderson', 'Moore', 'Lee',
  "O'Brien", "O'Neill", "D'Angelo", "Mc'Kenzie", 'St. John', 'van der Berg', 'de la Cruz',
  'Smith-Jones', 'Müller', 'Núñez', 'Gonçalves', 'Kowalczyk', 'Åkesson', 'Ørsted', 'Čapek',
  'Trần', 'Yılmaz', 'Παπαδόπουλος', 'Иванов', '佐藤', '王', '김', 'शर्मा', 'الحسن', 'כהן',
  'King 👑', 'Jr., Robert', '"Ace" Baker', 'Null', 'Test',
] as const

/** Their cities, with the country of each. */
// biome-ignore format: it is read as a table
export const CITIES = [
  ['New York', 'US'], ['Los Angeles', 'US'], ['Chicago', 'US'], ['Houston', 'US'],
  ['Philadelphia', 'US'], ['Seattle', 'US'], ['St. Louis', 'US'], ["Coeur d'Alene", 'US'],
  ['Winston-Salem', 'US'], ['Washington, D.C.', 'US'], ['San José', 'US'], ['Toronto', 'CA'],
  ['Montréal', 'CA'], ['Québec', 'CA'], ['London', 'GB'], ['Llanfairpwll', 'GB'], ['Dublin', 'IE'],
  ['München', 'DE'], ['Köln', 'DE'], ['Zürich', 'CH'], ['São Paulo', 'BR'], ['Bogotá', 'CO'],
  ['México', 'MX'], ['Łódź', 'PL'], ['Reykjavík', 'IS'], ['İstanbul', 'TR'], ['Αθήνα', 'GR'],
  ['東京', 'JP'], ['서울', 'KR'], ['上海', 'CN'],
] as const
