/** A pair of a message, whose texts are empty where they were not sent. */
export function toTag({ key = '', value = '' }: { key?: string | undefined; value?: string | undefined }) {
  return { key, value }
}
