import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts'
import { type MadeElf, madeElf } from '../../support/made-elf.ts'

export const LOADER = '/lib64/ld-linux-x86-64.so.2'

/** A made-up system in a folder: files by their paths in it. */
export class MadeSystem {
  readonly root = realpathSync(temporaryFolder())

  /** @param builtIn folders that the loader knows */
  constructor(builtIn: readonly string[] = ['/lib/x86_64-linux-gnu', '/usr/lib']) {
    const folders = builtIn.map((folder) => `${folder}/\0`).join('')
    this.write(
      LOADER,
      Buffer.concat([madeElf({ soname: 'ld-linux-x86-64.so.2' }), Buffer.from(`\0${folders}`)]),
    )
  }

  write(path: string, content: string | Buffer): string {
    const file = join(this.root, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }

  /** A shared library, called as its file is. */
  library(path: string, elf: MadeElf = {}): string {
    return this.write(path, madeElf(elf))
  }

  program(path: string, elf: MadeElf): string {
    return this.library(path, { interpreter: LOADER, ...elf })
  }
}
