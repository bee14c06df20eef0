const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean))

/** What may stand before a parenthesis and is no function. */
export const NEVER_FUNCTIONS = words(`
  in values and or not from where on using when then else case select distinct all any some exists
  over as by having union intersect except minus join set limit offset between like ilike is
  partition with into group filter update matched insert qualify window sets rollup cube to
  to interval order default escape is delete
`)

const OTHERS = words(`
  null true false end asc desc nulls first last rows range preceding following unbounded current row
  left right full inner outer cross natural recursive merge within ignore respect similar at zone
  date time timestamp timestamptz current_date from for both leading trailing year month day hour
  minute second exclude lateral grouping unknown isnull notnull collate
`)

/** A word that is part of SQL's own grammar, never the name of a thing. */
export const isKeyword = (word: string): boolean => NEVER_FUNCTIONS.has(word) || OTHERS.has(word)
