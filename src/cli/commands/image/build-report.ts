import { printable } from '../../../core/printable.ts'
import { amount } from '../../progress.ts'
import type { ImageTarget } from './image-target.ts'
import type { PackedImage } from './pack-image.ts'

export interface BuildFacts {
  readonly packed: PackedImage
  readonly platform: string
  readonly name: string
  readonly target: ImageTarget | undefined
  /** As it was pushed: `registry.example/iris:3@sha256:…`. */
  readonly pushed: string | undefined
  readonly seconds: number
}

/** What was built, for a person: sizes as they are stored and sent, and what to do next. */
export function buildReport(facts: BuildFacts): string {
  const { packed, platform, name, seconds } = facts
  const { image, layers } = packed
  const total = image.layers.reduce((sum, { size }) => sum + size, 0)
  const below = total - layers.reduce((sum, { size }) => sum + size, 0)
  const rows = [
    ...(below === 0 ? [] : [{ title: 'the base image', size: below }]),
    ...layers,
    { title: 'in all', size: total },
  ]
  return [
    `Built ${name} for ${platform} in ${seconds.toFixed(1)} s`,
    ...rows.map(({ title, size }) => `${amount(size, 'bytes').padStart(10)}  ${title}`),
    ...nextSteps(facts),
    '',
  ].join('\n')
}

function nextSteps({ target, pushed, name }: BuildFacts): readonly string[] {
  return [
    ...(pushed === undefined ? [] : [`Pushed as ${pushed}`]),
    ...(target?.kind === 'archive'
      ? [`Load it by: docker load -i ${quoted(target.file)} (or podman load)`]
      : []),
    ...(target?.kind === 'layout'
      ? [`Load it by: skopeo copy ${quoted(`oci:${target.folder}:${name}`)} docker-daemon:${name}`]
      : []),
    ...(target === undefined ? [] : [`Run it by: docker run -p 8080:8080 ${name}`]),
  ]
}

/** For a shell, where it has to be. */
function quoted(path: string): string {
  const text = printable(path)
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
