import type { NumberScanner } from '../../json-numbers/number-scanner.ts'

/** What has the elements of lists: the scanner, or numbers that were gathered out of it. */
export type NumberSource = Pick<NumberScanner, 'float64' | 'toFloat32' | 'toFloat64' | 'toInt64'>
