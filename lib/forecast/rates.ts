/**
 * What a forecast counts with: what was measured of Usher, and what is assumed of AWS. docs/plan.md says
 * where each number is from.
 */

/** Measured: bytes of CSV that an extract of MySQL makes in a second of one CPU. */
export const MYSQL_BYTES = 261_000_000

/** Measured: records of any other source that become rows in a second of one CPU. */
export const RECORDS = 20_000

/** Measured: bytes of CSV for each byte on S3. */
export const COMPRESSION = 3.05

/** Measured: bytes of CSV that a column has, where nothing is known of a table's. */
export const COLUMN_BYTES = 16

/** Measured: the most megabytes that an extract has used, of however many rows. */
export const EXTRACT_USES = 226

/** Megabytes of memory that come with a whole CPU, as Lambda has it. */
export const CPU_MEGABYTES = 1769

/** Assumed: bytes that a function receives and sends in a second. */
export const NETWORK_BYTES = 50_000_000

/** Assumed: bytes of CSV that COPY loads, and the load publishes, in a second for each RPU. */
export const COPY_BYTES = 2_500_000

/** Assumed: rows that a transform reads and writes in a second for each RPU. */
export const TRANSFORM_ROWS = 250_000

/** Assumed: seconds of an extract that do not depend on its rows. */
export const EXTRACT_START = 1

/** Assumed: seconds of a load, transform or task in which it asks for little: some ten calls. */
export const LOAD_START = 5

/** Assumed: seconds of a night before its first table and after its last. */
export const NIGHT_ENDS = 5
