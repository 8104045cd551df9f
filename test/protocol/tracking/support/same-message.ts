/**
 * Whether two messages say the same: sets in any order, quotes of any kind, echoes of long values aside. Where MLflow goes
 * on with what the driver of its database says, what comes before that is enough.
 */
export function isSameMessage(want: string, got: string): boolean {
  const [said = '', driver] = want.split(DRIVER)
  return driver === undefined ? normal(want) === normal(got) : normal(got).startsWith(normal(said))
}

const DRIVER = /(?:\s*Error: )?(?:\(raised as a result of [\s\S]*?)?\((?:sqlite3|psycopg2|pymysql)\./

function normal(message: string): string {
  return message
    .replace(/[[{]('[^[\]{}]*')[\]}]/g, (_, inner: string) => `{${inner.split(', ').sort().join(', ')}}`)
    .replace(/["`]/g, "'")
    .replace(/'[^']{60,}'/g, "'…'")
    .replace(/\s+/g, ' ')
    .trim()
}
