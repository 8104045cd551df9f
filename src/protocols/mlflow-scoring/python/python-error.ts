export type PythonErrorKind =
  | 'ValueError'
  | 'TypeError'
  | 'OverflowError'
  | 'IndexError'
  | 'KeyError'
  | 'AttributeError'

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
    const quote = this.message.includes("'") && !this.message.includes('"') ? '"' : "'"
    const escaped = this.message.replaceAll('\\', '\\\\')
    const text = quote === "'" ? escaped.replaceAll("'", "\\'") : escaped
    return `${this.kind}(${quote}${text}${quote})`
  }
}

export function valueError(message: string): PythonError {
  return new PythonError('ValueError', message)
}

export function typeError(message: string): PythonError {
  return new PythonError('TypeError', message)
}
