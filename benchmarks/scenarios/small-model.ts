/** How much of a bare node:http JSON echo's rate is left when a small model answers? Target: 0.55 at 32 connections. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { echo, headrace, MODELS, mlflow, packedInstall } from '../lib/peers.ts'
import { keep, machine } from '../lib/report.ts'
import { printSides, ratio, sideBySide } from '../lib/side-by-side.ts'

const bodyFile = join(MODELS, 'tiny.body.json')
const body = readFileSync(bodyFile, 'utf8')
const model = join(MODELS, 'tiny')
const sides = await sideBySide({
  plans: [
    headrace(packedInstall(), ['-m', model], { port: 25_001, body }),
    echo({ port: 25_002, body }),
    mlflow(['-m', model], { port: 25_003, body }),
  ],
  bodyFile,
  connections: 32,
  rounds: 5,
  seconds: 5,
})

console.log(machine())
printSides(sides)
const ofEcho = ratio(sides, 'headrace', 'node:http echo')
console.log(
  `headrace / echo ${ofEcho.toFixed(2)}, headrace / mlflow ${ratio(sides, 'headrace', 'mlflow').toFixed(1)}`,
)
keep('small-model', { connections: 32, ofEcho, ofMlflow: ratio(sides, 'headrace', 'mlflow'), sides })
