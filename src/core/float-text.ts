/**
 * `repr(value)` of a Python float: the shortest digits that read back as the same double, with a fraction or an
 * exponent always, the exponent of two digits at least, and scientific form below 1e-4 and from 1e16 up.
 * JavaScript finds the same digits but changes form at 1e-6 and 1e21.
 */
export function floatText(value: number): string {
  const text = String(value)
  const magnitude = value < 0 ? -value : value
  if (magnitude >= 1e-4 && magnitude < 1e16) return Number.isInteger(value) ? `${text}.0` : text
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  if (!Number.isFinite(value)) return nonFiniteText(value)
  return scientificText(value, text)
}

function nonFiniteText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  return value > 0 ? 'inf' : '-inf'
}

function scientificText(value: number, text: string): string {
  const scientific = text.includes('e') ? text : value.toExponential()
  const mark = scientific.indexOf('e')
  const exponent = scientific.slice(mark + 2)
  return `${scientific.slice(0, mark + 2)}${exponent.length < 2 ? '0' : ''}${exponent}`
}
