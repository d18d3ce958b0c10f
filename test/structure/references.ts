/**
 * Every way in which one file of this repository can name another, read from the syntax tree that TypeScript itself parses: imports
 * and exports, static, type-only or dynamic; `require` and `resolve` of `createRequire`; `import.meta.resolve`; `new URL(…, import.meta.url)`.
 * What cannot be followed, such as a computed path, is a reference to nothing: the rules refuse it.
 */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import {
  isCallExpression,
  isExportDeclaration,
  isExternalModuleReference,
  isIdentifier,
  isImportDeclaration,
  isImportSpecifier,
  isImportTypeNode,
  isLiteralTypeNode,
  isModuleDeclaration,
  isNewExpression,
  isNoSubstitutionTemplateLiteral,
  isObjectBindingPattern,
  isPropertyAccessExpression,
  isStringLiteral,
  isVariableDeclaration,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

/** What is named. Folders and data files are `file` too. */
export type Target =
  | { readonly is: 'file'; readonly path: string }
  | { readonly is: 'npm'; readonly name: string }
  | { readonly is: 'node'; readonly name: string }
  | { readonly is: 'unknown'; readonly what: string }

export interface Reference {
  readonly from: string
  /** From 1. */
  readonly line: number
  /** `type` is gone at run time; `path` gives a place on the disk, not a module. */
  readonly how: 'static' | 'type' | 'dynamic' | 'path'
  readonly to: Target
}

const CONFIG = '/repository/tsconfig.json'
const TOP = '/repository/'

/**
 * All references of the code (`.ts`, `.tsx`) among these files.
 * @param files text by path from the repository's top; files that are no code may be there with any text
 */
export function referencesOf(files: ReadonlyMap<string, string>): readonly Reference[] {
  const code = [...files.keys()].filter((path) => /\.tsx?$/.test(path))
  // Nothing is resolved by TypeScript: it would follow what the rules are there to question.
  const config = {
    compilerOptions: { noResolve: true, noLib: true, types: [], jsx: 'preserve' },
    files: code,
  }
  const tree = Object.fromEntries(code.map((path) => [TOP + path, files.get(path) ?? '']))
  const api = new API({
    fs: createVirtualFileSystem({ ...tree, [CONFIG]: JSON.stringify(config) }),
    cwd: TOP,
  })
  try {
    const [project] = api.updateSnapshot({ openProjects: [CONFIG] }).getProjects()
    const places = placesOf([...files.keys()])
    return code.flatMap((path) => {
      const source = project?.program.getSourceFile(TOP + path)
      if (source === undefined) throw new Error(`TypeScript did not parse ${path}`)
      return new Reader(path, source, places).read()
    })
  } finally {
    api.close()
  }
}

/** Where built pages are: there once they are built. */
const BUILT = 'dist/web/'

/** The files, the folders they are in, and the top. */
function placesOf(files: readonly string[]): ReadonlySet<string> {
  const places = new Set(files)
  for (const place of places) places.add(posix.dirname(place))
  return places
}

class Reader {
  readonly #from: string
  readonly #source: SourceFile
  readonly #places: ReadonlySet<string>
  readonly #found: Reference[] = []
  /** Names that load or resolve a module when called; beside those of `createRequire` the one that CommonJS has. */
  readonly #requires = new Set(['require'])

  constructor(from: string, source: SourceFile, places: ReadonlySet<string>) {
    this.#from = from
    this.#source = source
    this.#places = places
  }

  read(): readonly Reference[] {
    this.#walk(this.#source, (node) => this.#learnRequires(node))
    this.#walk(this.#source, (node) => this.#visit(node))
    for (const { fileName, pos } of this.#source.referencedFiles) this.#add('type', `./${fileName}`, pos)
    return this.#found
  }

  #walk(node: Node, visit: (node: Node) => void): void {
    visit(node)
    node.forEachChild((child) => {
      this.#walk(child, visit)
      return undefined
    })
  }

  /** `const require = createRequire(…)` and `const { resolve } = createRequire(…)`. */
  #learnRequires(node: Node): void {
    if (!isVariableDeclaration(node) || !isCallOf(node.initializer, 'createRequire')) return
    if (isIdentifier(node.name)) this.#requires.add(node.name.text)
    if (!isObjectBindingPattern(node.name)) return
    for (const { name } of node.name.elements) if (name && isIdentifier(name)) this.#requires.add(name.text)
  }

  #visit(node: Node): void {
    if (isImportDeclaration(node)) {
      const isType = node.importClause?.phaseModifier === SyntaxKind.TypeKeyword
      this.#addNode(isType ? 'type' : 'static', node.moduleSpecifier)
    } else if (isExportDeclaration(node)) {
      if (node.moduleSpecifier) this.#addNode(node.isTypeOnly ? 'type' : 'static', node.moduleSpecifier)
    } else if (isExternalModuleReference(node)) {
      this.#addNode('static', node.expression)
    } else if (isImportTypeNode(node)) {
      this.#addNode('type', isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument)
    } else if (isModuleDeclaration(node)) {
      if (isStringLiteralLike(node.name) && node.name.text.startsWith('.')) this.#addNode('type', node.name)
    } else if (isCallExpression(node)) this.#call(node.expression, node.arguments)
    else if (isIdentifier(node)) this.#identifier(node)
    else if (node.kind === SyntaxKind.MetaProperty) this.#meta(node)
  }

  #call(callee: Node, given: readonly Node[]): void {
    const [first] = given
    const takesModule =
      callee.kind === SyntaxKind.ImportKeyword ||
      isCallOf(callee, 'createRequire') ||
      (isIdentifier(callee) && this.#requires.has(callee.text)) ||
      (isPropertyAccessExpression(callee) && this.#isModuleMethod(callee.expression, callee.name.text))
    if (takesModule) this.#addNode('dynamic', first ?? callee)
  }

  /** `require.resolve`, `createRequire(…).resolve`, `import.meta.resolve`, `process.getBuiltinModule`. */
  #isModuleMethod(object: Node, method: string): boolean {
    if (method === 'getBuiltinModule') return true
    if (method !== 'resolve') return false
    return (
      object.kind === SyntaxKind.MetaProperty ||
      isCallOf(object, 'createRequire') ||
      (isIdentifier(object) && this.#requires.has(object.text))
    )
  }

  /** A `require` that is handed on, and `createRequire` under another name, lead out of sight. */
  #identifier(node: Node & { readonly text: string }): void {
    const { parent, text } = node
    const isProperty = isPropertyAccessExpression(parent) && same(parent.name, node)
    if (text === 'createRequire') {
      const isImported = isImportSpecifier(parent) && parent.propertyName === undefined
      if (!isImported && !isCallOf(parent, 'createRequire')) this.#unknown('createRequire is handed on', node)
    } else if (this.#requires.has(text) && !isProperty) {
      const isUsed =
        (isCallExpression(parent) && same(parent.expression, node)) ||
        (isPropertyAccessExpression(parent) &&
          same(parent.expression, node) &&
          parent.name.text === 'resolve')
      const isDeclared = same((parent as { readonly name?: Node }).name, node)
      if (!isUsed && !isDeclared && text !== 'resolve') this.#unknown(`${text} is handed on`, node)
    }
  }

  /** The address of this file may become a URL of one named file, or serve `createRequire`; it may not be computed with. `main` is none. */
  #meta(node: Node): void {
    const access = node.parent
    const property = isPropertyAccessExpression(access) ? access.name.text : ''
    if (property === 'resolve' || property === 'main') return
    const { parent } = access
    if (property === 'url' && isCallOf(parent, 'createRequire')) return
    if (property === 'url' && isNewExpression(parent) && isNamed(parent.expression, 'URL')) {
      const [address, base] = parent.arguments ?? []
      if (address && base && same(base, access)) {
        if (isStringLiteralLike(address)) this.#add('path', relative(address.text), address.pos)
        else this.#unknown('a computed path', address)
        return
      }
    }
    this.#unknown('the address of a file is computed with', node)
  }

  #addNode(how: Reference['how'], specifier: Node): void {
    if (isStringLiteralLike(specifier)) this.#add(how, specifier.text, specifier.pos)
    else this.#unknown('a computed path', specifier)
  }

  #unknown(what: string, node: Node): void {
    const line = this.#line(node.pos)
    this.#found.push({ from: this.#from, line, how: 'dynamic', to: { is: 'unknown', what } })
  }

  #add(how: Reference['how'], specifier: string, pos: number): void {
    this.#found.push({ from: this.#from, line: this.#line(pos), how, to: this.#target(specifier) })
  }

  #target(specifier: string): Target {
    if (isBuiltin(specifier)) return { is: 'node', name: specifier.replace(/^node:/, '') }
    if (specifier.startsWith('.')) {
      const path = posix.join(posix.dirname(this.#from), specifier).replace(/\/$/, '')
      if (this.#places.has(path) || path.startsWith(BUILT)) return { is: 'file', path }
      return { is: 'unknown', what: `${specifier}, which is not there` }
    }
    const [scope = '', name = ''] = specifier.split('/')
    if (!/^(@[a-z0-9-]+|[a-z0-9][a-z0-9._-]*)$/.test(scope)) return { is: 'unknown', what: specifier }
    return { is: 'npm', name: scope.startsWith('@') ? `${scope}/${name}` : scope }
  }

  /** `pos` is where the space before a node begins. */
  #line(pos: number): number {
    const { text } = this.#source
    const start = pos + (/^\s*/.exec(text.slice(pos))?.[0].length ?? 0)
    return text.slice(0, start).split('\n').length
  }
}

function isStringLiteralLike(node: Node): node is Node & { readonly text: string } {
  return isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)
}

function isNamed(node: Node | undefined, name: string): boolean {
  return node !== undefined && isIdentifier(node) && node.text === name
}

function isCallOf(node: Node | undefined, name: string): boolean {
  return node !== undefined && isCallExpression(node) && isNamed(node.expression, name)
}

/** Nodes are read anew each time, so they are told by where they are. */
function same(a: Node | undefined, b: Node): boolean {
  return a !== undefined && a.pos === b.pos && a.end === b.end && a.kind === b.kind
}

/** A URL's address as a path: `x.csv` is beside, as `./x.csv` is. */
function relative(address: string): string {
  return /^(\.|[a-z]+:|\/)/.test(address) ? address : `./${address}`
}
