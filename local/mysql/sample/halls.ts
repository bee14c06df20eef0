/** Cities with halls and arenas: name, state, country, latitude, longitude, time zone. */
// biome-ignore format: it is read as a table
export const HALL_CITIES = [
  ['New York', 'NY', 'US', 40.7505, -73.9934, 'America/New_York'],
  ['Boston', 'MA', 'US', 42.3662, -71.0621, 'America/New_York'],
  ['Nashville', 'TN', 'US', 36.1592, -86.7785, 'America/Chicago'],
  ['Austin', 'TX', 'US', 30.2653, -97.7474, 'America/Chicago'],
  ['Denver', 'CO', 'US', 39.7487, -105.0077, 'America/Denver'],
  ['San Francisco', 'CA', 'US', 37.7786, -122.3893, 'America/Los_Angeles'],
  ["Coeur d'Alene", 'ID', 'US', 47.6777, -116.7805, 'America/Los_Angeles'],
  ['Honolulu', 'HI', 'US', 21.2906, -157.8392, 'Pacific/Honolulu'],
  ['Montréal', 'QC', 'CA', 45.5031, -73.5698, 'America/Toronto'],
  ["St. John's", 'NL', 'CA', 47.5615, -52.7126, 'America/St_Johns'],
  ['London', null, 'GB', 51.503, 0.0032, 'Europe/London'],
  ['Zürich', null, 'CH', 47.4114, 8.5514, 'Europe/Zurich'],
] as const

/** What the halls are called; `%` is the city. */
// biome-ignore format: it is read as a table
export const HALLS = [
  'The %',
  '% Arena',
  'Theatre "Royal" %',
  'Bob & Ann\'s Barn, %',
  '% Hall, Stage 2',
  'Café del Mar – %',
  'The Gorge\\Annex',
  '% Music Hall',
  "O'Malley's",
  '% Opera House',
] as const

/** Parts of the names of acts. */
// biome-ignore format: it is read as a table
export const ADJECTIVES = [
  'Velvet', 'Electric', 'Midnight', 'Silver', 'Broken', 'Neon', 'Quiet', 'Golden', 'Paper', 'Wild',
  'Señor', 'Crème', 'Last', 'Plastic', 'Northern',
] as const

/** The other parts. */
// biome-ignore format: it is read as a table
export const NOUNS = [
  'Foxes', 'Parade', 'Sisters', 'Machine', 'Lanterns', 'Café', 'Thieves', 'Orchestra', 'Comets',
  "'90s", 'Ghosts', 'Rivers', 'Ümlauts', 'Pilots', 'Choir', 'Wolves', 'Season', 'Mirrors',
] as const

/** Musicals and plays. */
// biome-ignore format: it is read as a table
export const SHOWS = [
  'The Phantom Ticket', 'Rent Control', 'A Midsummer Night’s Stream', '"Hamlet", Abridged',
  'Les Misérables Voisins', 'Six & a Half', 'Death of a Salesforce', 'Waiting for the Encore',
] as const
