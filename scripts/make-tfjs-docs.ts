/** `npm run docs`: writes docs/tfjs-operators.md from the tables of the compiler of TF.js models. */
import { writeFileSync } from 'node:fs'
import { tfjsOperatorsPage } from './tfjs-operators-page.ts'

writeFileSync(new URL('../docs/tfjs-operators.md', import.meta.url), tfjsOperatorsPage())
