import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib'

/** Larger than the usual 16 kB, to be asked less often. */
const chunkSize = 256 * 1024
/** Windows that stay in the processor's cache are worth more than the few matches beyond them. */
const [ZSTD_WINDOW, GZIP_WINDOW] = [17, 14]
const fastest = {
  [constants.ZSTD_c_compressionLevel]: 1,
  [constants.ZSTD_c_windowLog]: ZSTD_WINDOW,
}

/** What parts of CSV are compressed with, fast rather than small, and what they are called. */
export const codecs = {
  zstd: {
    ending: 'csv.zst',
    compressor: () => createZstdCompress({ params: fastest, chunkSize }),
    decompressor: () => createZstdDecompress(),
  },
  gzip: {
    ending: 'csv.gz',
    compressor: () => createGzip({ level: 1, windowBits: GZIP_WINDOW, memLevel: 9, chunkSize }),
    decompressor: () => createGunzip(),
  },
}
