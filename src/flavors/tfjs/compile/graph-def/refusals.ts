/** Why operators that TF.js runs are not compiled, by how their names begin. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|(Stateless)?(If|While)|TensorArray)/,
    'branches and loops',
  ],
  [/^(TensorList|EmptyTensorList)/, 'lists of tensors'],
  [/^(HashTable|LookupTable|InitializeTable)/, 'hash tables'],
  [/^(String|StaticRegex)/, 'texts'],
  [/^(Ragged|Sparse)/, 'ragged and sparse tensors'],
  [/^(FFT|IFFT|RFFT|IRFFT|Complex|Real$|Imag$)/, 'complex numbers'],
  [/^(Random|StatelessRandom|TruncatedNormal|Multinomial)/, 'random numbers'],
  [/^(Partitioned|StatefulPartitioned)Call/, 'functions of the graph'],
]

/** The reason that a refused node is told with. */
export function refusal(op: string): string {
  const known = REASONS.find(([pattern]) => pattern.test(op))
  return known === undefined ? 'this operator is not compiled' : `${known[1]} are not compiled`
}
