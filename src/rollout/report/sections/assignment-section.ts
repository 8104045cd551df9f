import { type Html, html } from '../../../page/html.ts'
import type { RolloutView } from '../../rollout-view.ts'

/** How anyone finds the variant of a key, without this server. */
export function assignmentSection({ assignment }: RolloutView): Html {
  return html`<section><h2>Who gets which variant</h2>
<p>The variant follows from the key alone. This program in Python finds it, as every replica does:</p>
<pre>${pythonProgram(assignment)}</pre></section>`
}

function pythonProgram({ seed, slots }: RolloutView['assignment']): string {
  const pairs = slots.map(({ end, variant }) => `(${end}, ${pythonText(variant)})`).join(', ')
  return `from hashlib import sha256

def variant(key):
    digest = sha256((${pythonText(seed)} + ":" + key).encode()).hexdigest()
    slot = int(int(digest[:13], 16) / 2**52 * 1000)
    for end, name in [${pairs}]:
        if slot < end:
            return name`
}

/** A JSON text is a Python text, but for the halves of characters that JSON writes as pairs. */
function pythonText(text: string): string {
  return JSON.stringify(text)
}
