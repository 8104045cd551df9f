/** What does enforcing a signature of 100 double columns cost? Target: 60 times `mlflow models serve` with 4 workers. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { headrace, MODELS, mlflow, packedInstall } from '../lib/peers.ts'
import { keep, machine } from '../lib/report.ts'
import { printSides, ratio, sideBySide } from '../lib/side-by-side.ts'

const bodyFile = join(MODELS, 'columns-100.body.json')
const body = readFileSync(bodyFile, 'utf8')
const model = join(MODELS, 'columns-100')
const sides = await sideBySide({
  plans: [
    headrace(packedInstall(), ['-m', model], { port: 25_011, body }),
    mlflow(['-m', model, '--workers', '4'], { port: 25_012, body }),
  ],
  bodyFile,
  connections: 32,
  rounds: 5,
  seconds: 5,
})

console.log(machine())
printSides(sides)
const ofMlflow = ratio(sides, 'headrace', 'mlflow')
console.log(`headrace / mlflow with 4 workers ${ofMlflow.toFixed(1)}`)
keep('columns-100', { connections: 32, ofMlflow, sides })
