import { wordsInFile } from './words-in-file.ts'

/**
 * Which of some names the records of a file have as keys, or keys beneath them (`name.0`, given as `name.`); and of
 * the names that take their place (`name.predicted`) the same. The keys of all records count, so that the answer is
 * one for all blocks and shards. A text that reads like a key counts as one.
 * @throws ServingError BAD_REQUEST where the file cannot be read
 */
export function namesInRecords(path: string, names: readonly string[]): readonly string[] {
  const taken: string[] = []
  for (let asked = names; asked.length > 0; ) {
    const found = wordsInFile(
      path,
      asked.flatMap((name) => [keyOf(name), keysBeneath(name)]),
    )
    const hits = asked.filter((name) => found.has(keyOf(name)) || found.has(keysBeneath(name)))
    taken.push(...hits.map((name) => (found.has(keyOf(name)) ? name : `${name}.`)))
    asked = hits.map((name) => `${name}.predicted`)
  }
  return taken
}

function keyOf(name: string): string {
  return JSON.stringify(name)
}

function keysBeneath(name: string): string {
  return JSON.stringify(`${name}.`).slice(0, -1)
}
