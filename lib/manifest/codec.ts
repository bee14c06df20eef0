import {
  constants,
  createGunzip,
  createGzip,
  createZstdCompress,
  createZstdDecompress,
} from 'node:zlib'

/** Larger than the usual 16 kB, to be asked less often. */
const chunkSize = 256 * 1024
const fastest = { [constants.ZSTD_c_compressionLevel]: 1 }

/** What parts of CSV are compressed with, fast rather than small, and what they are called. */
export const codecs = {
  zstd: {
    ending: 'csv.zst',
    compressor: () => createZstdCompress({ params: fastest, chunkSize }),
    decompressor: () => createZstdDecompress(),
  },
  gzip: {
    ending: 'csv.gz',
    compressor: () => createGzip({ level: 1, memLevel: 9, chunkSize }),
    decompressor: () => createGunzip(),
  },
}
