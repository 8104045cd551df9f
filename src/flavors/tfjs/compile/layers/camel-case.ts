/**
 * A Keras configuration with the names that TF.js knows: `use_bias` is `useBias`, and so are texts, `hard_sigmoid` is
 * `hardSigmoid`. Names of layers stay as they are (tfjs-layers 4.22, `utils/serialization_utils.ts`).
 */
export function camelCased(value: unknown, key?: string): unknown {
  if (typeof value === 'string') return camelCase(value)
  if (Array.isArray(value)) {
    const [first] = value
    const named = typeof first === 'string' && isReference(key)
    return value.map((item, index) => (named && index === 0 ? item : camelCased(item, key)))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([pythonic, item]) => {
      const own = camelCase(pythonic)
      return [own, pythonic === 'name' && typeof item === 'string' ? item : camelCased(item, own)]
    }),
  )
}

function isReference(key: string | undefined): boolean {
  return key === 'inboundNodes' || key === 'inputLayers' || key === 'outputLayers'
}

function camelCase(text: string): string {
  if (text.length <= 1) return text
  return text.replace(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase())
}
