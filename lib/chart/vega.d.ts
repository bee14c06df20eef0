import 'vega'

// What Vega exports and does not tell of in its types.
declare module 'vega' {
  export const textMetrics: {
    width: (item: { readonly fontSize?: number; readonly limit?: number }, text: string) => number
  }
  export function projection(type: string): () => {
    (place: readonly [number, number]): readonly [number, number] | null
    scale(scale: number): void
    translate(middle: readonly [number, number]): void
  }
}
