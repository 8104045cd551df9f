/** What engines say of a row that has another width than the one that they were trained with. */
const WIDTHS: readonly RegExp[] = [
  // scikit-learn: "X has 1 features, but LogisticRegression is expecting 4 features as input"
  /expecting (\d+) features/,
  // ONNX Runtime: "index: 1 Got: 1 Expected: 4"
  /Got: \d+ Expected: (\d+)/,
  // XGBoost: "Feature shape mismatch, expected: 4, got 1"
  /mismatch, expected: (\d+)/,
  // LightGBM: "The number of features in data (1) is not the same as it was in training data (4)"
  /in training data \((\d+)\)/,
  // PyTorch: "mat1 and mat2 shapes cannot be multiplied (1x1 and 4x8)"
  /cannot be multiplied \(\d+x\d+ and (\d+)x/,
  // Keras: "expected shape=(None, 4), found shape=(1, 1)"
  /expected shape=\(None, (\d+)\)/,
  // CatBoost: "Feature 3 is present in model but not in pool"; XGBoost and others: "expected 4 features"
  /expected (\d+) (?:features|columns|inputs)/i,
]

/** Wider rows are no guess any more. */
const WIDEST = 100_000

/** Rows of these widths are tried where the server does not say which one is right. */
const LIKELY = [1, 2, 3, 4, 5, 8, 10, 13, 16, 30, 32, 64]

/** The width of rows that an error message asks for. */
export function expectedWidth(message: string): number | undefined {
  for (const pattern of WIDTHS) {
    const width = Number(pattern.exec(message)?.[1])
    if (Number.isSafeInteger(width) && width > 0 && width <= WIDEST) return width
  }
  return undefined
}

/**
 * Tries rows of one column, then of as many as the refusal asks for, or of some likely widths.
 * @param attempt with rows of a width; the refusal as text, undefined where the server takes them
 * @returns whether a width was found
 */
export async function findWidth(attempt: (width: number) => Promise<string | undefined>): Promise<boolean> {
  const tried = new Set<number>()
  const open = [...LIKELY]
  for (let width = open.shift(); width !== undefined; width = open.shift()) {
    if (tried.has(width)) continue
    tried.add(width)
    const refusal = await attempt(width)
    if (refusal === undefined) return true
    const wanted = expectedWidth(refusal)
    // Who names a width would refuse all others.
    if (wanted !== undefined) open.splice(0, open.length, ...(tried.has(wanted) ? [] : [wanted]))
  }
  return false
}
