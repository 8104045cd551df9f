import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './headrace-process.ts'
import { installTfjsNode } from './tfjs-node.ts'

/**
 * A copy of this clone's sources with its packages, and @tensorflow/tfjs-node beside them as if its user had installed it:
 * packages are found from where a source really lies.
 * @param folder an empty folder, to be removed by the caller.
 * @returns the folder of the copy, which has `src/`.
 */
export function projectWithTfjsNode(folder: string): string {
  const installed = join(folder, 'tfjs-node')
  const project = join(folder, 'project')
  mkdirSync(installed)
  installTfjsNode(installed)
  mkdirSync(join(project, 'node_modules/@tensorflow'), { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "version": "0.0.0" }\n')
  cpSync(join(ROOT, 'src'), join(project, 'src'), { recursive: true })
  linkAll(join(ROOT, 'node_modules'), join(project, 'node_modules'), ['@tensorflow'])
  linkAll(join(ROOT, 'node_modules/@tensorflow'), join(project, 'node_modules/@tensorflow'), [])
  const peer = '@tensorflow/tfjs-node'
  symlinkSync(join(installed, 'node_modules', peer), join(project, 'node_modules', peer))
  return project
}

function linkAll(from: string, to: string, but: readonly string[]): void {
  for (const name of readdirSync(from)) if (!but.includes(name)) symlinkSync(join(from, name), join(to, name))
}
