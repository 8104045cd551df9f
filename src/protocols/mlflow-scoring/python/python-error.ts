import { stringRepr } from './python-text.ts'

export type PythonErrorKind =
  | 'ValueError'
  | 'TypeError'
  | 'OverflowError'
  | 'IndexError'
  | 'KeyError'
  | 'AttributeError'
  /** pandas' own kind of ValueError. */
  | 'IntCastingNaNError'

/**
 * The exception that NumPy, pandas or Python would raise. MLflow wraps it differently by where it happens, so it
 * is caught and turned into a ServingError inside this folder and never leaves it.
 */
export class PythonError extends Error {
  override readonly name = 'PythonError'
  readonly kind: PythonErrorKind

  constructor(kind: PythonErrorKind, message: string) {
    super(message)
    this.kind = kind
  }

  /** `repr(exception)` */
  repr(): string {
    return exceptionRepr(this.kind, this.message)
  }
}

/** `repr` of an exception of any class. */
export function exceptionRepr(kind: string, message: string): string {
  return `${kind}(${stringRepr(message)})`
}

export function valueError(message: string): PythonError {
  return new PythonError('ValueError', message)
}

export function typeError(message: string): PythonError {
  return new PythonError('TypeError', message)
}
