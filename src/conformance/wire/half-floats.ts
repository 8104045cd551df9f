/** The bits of a number as FP16 (IEEE 754 binary16), where it has them exactly; samples are made of such. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude === 0) return sign
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)))
  const steps = Math.round(magnitude * 2 ** (10 - exponent))
  return steps < 1024 ? sign | steps : sign | (((exponent + 15) << 10) + steps - 1024)
}

export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

const VIEW = new DataView(new ArrayBuffer(4))

/** The upper half of a float. */
export function brainBits(value: number): number {
  VIEW.setFloat32(0, value)
  return VIEW.getUint16(0)
}

export function brainValue(bits: number): number {
  VIEW.setUint16(0, bits)
  VIEW.setUint16(2, 0)
  return VIEW.getFloat32(0)
}
