import { Document, isNode } from 'yaml'
import type { Manifest } from './objects.ts'

/**
 * Manifests as one stream of YAML documents. Texts that YAML 1.1 would read as something else (`no`, `1e3`) are quoted
 * too: Kubernetes reads that.
 */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests.map(documentText).join('---\n')
}

/** Of a folder of manifests, for `kubectl apply -k` (kustomize's v1beta1). */
export function kustomizationText(manifests: readonly Manifest[]): string {
  const resources = manifests.map(({ file }) => file)
  return write({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources })
}

function documentText({ comment, object }: Manifest): string {
  return write(object, comment)
}

function write(value: object, comment?: string): string {
  const document = new Document(value, { compat: 'yaml-1.1', aliasDuplicateObjects: false })
  if (comment !== undefined && isNode(document.contents)) {
    document.contents.commentBefore = comment.replace(/^/gm, ' ')
  }
  return document.toString({ lineWidth: 0 })
}
