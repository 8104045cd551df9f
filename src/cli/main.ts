#!/usr/bin/env node
import nodeModule from 'node:module'

const OLDEST = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  // An older one would fail later, with an error that says nothing to whoever has it.
  process.stderr.write(
    `headrace: Node ${OLDEST.join('.')} or newer is needed; this is ${process.versions.node}\n`,
  )
  process.exit(1)
}

// Compiled code is kept between starts: it takes a third off the time to the first prediction.
nodeModule.enableCompileCache()

const { run } = await import('./program.ts')
await run(process.argv.slice(2))
