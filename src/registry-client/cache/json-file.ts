import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { flush } from '../../artifacts/model-files.ts'
import { isErrno } from './cache-failure.ts'

/** What a JSON file holds; undefined where there is no file, or what it holds is not JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  })
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Written beside and renamed: whoever reads the file sees the old content or the new. On the disk on return. */
export async function replaceJsonFile(path: string, content: object): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}.tmp`
  try {
    const handle = await open(draft, 'wx', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  await flush(dirname(path))
}
