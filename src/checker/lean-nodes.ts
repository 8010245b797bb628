import { ts } from 'ts-morph'

type NodeMaker = new (kind: ts.SyntaxKind, pos: number, end: number) => ts.Node
interface Allocator {
  readonly getIdentifierConstructor: () => NodeMaker
  readonly getNodeConstructor: () => NodeMaker
  readonly getTokenConstructor: () => NodeMaker
}

/** The compiler's own seam for what its nodes are made of, which its published types leave out. */
const seam = ts as unknown as { readonly objectAllocator?: Allocator; readonly setObjectAllocator?: (allocator: Allocator) => void }

/** What the compiler's own nodes start with, but for `original` and `emitNode`. */
interface Fields {
  pos: number
  end: number
  kind: ts.SyntaxKind
  id: number
  flags: ts.NodeFlags
  modifierFlagsCache?: ts.ModifierFlags
  transformFlags: number
  parent: ts.Node | undefined
}

/**
 * Has the compiler make its nodes without the two fields that only its transformers and its emitter fill: two words of each of a
 * million nodes. Whoever reads one finds it on the prototype, whoever writes one gives that node its own. The nodes of a compiler
 * that has parsed already stay as they are, and so do those of a compiler that has no such seam.
 */
export function makeNodesLean(): void {
  const { objectAllocator: given, setObjectAllocator } = seam
  if (given === undefined || setObjectAllocator === undefined) return
  const own = given.getNodeConstructor()
  const node = byKind(() => lean(own, makerOf('node')))
  const token = lean(given.getTokenConstructor(), makerOf('token'))
  const identifier = lean(given.getIdentifierConstructor(), makerOf('token'))
  setObjectAllocator({ getIdentifierConstructor: () => identifier, getNodeConstructor: () => node, getTokenConstructor: () => token })
}

/**
 * A function of its own each time: the engine learns from the first objects of one how much room to give to all of them. Tokens
 * and identifiers have no modifiers to remember.
 */
function makerOf(what: 'node' | 'token'): (this: Fields, kind: ts.SyntaxKind, pos: number, end: number) => void {
  return function (this: Fields, kind, pos, end) {
    this.pos = pos
    this.end = end
    this.kind = kind
    this.id = 0
    this.flags = ts.NodeFlags.None
    if (what === 'node') this.modifierFlagsCache = ts.ModifierFlags.None
    this.transformFlags = 0
    this.parent = undefined
  }
}

/** A constructor whose nodes have the methods of another one's. A class could not take over a prototype. */
function lean(own: NodeMaker, maker: ReturnType<typeof makerOf>): NodeMaker {
  const prototype = own.prototype as object
  Object.assign(prototype, { emitNode: undefined, original: undefined })
  maker.prototype = prototype
  // TypeScript has no type for a plain function that is called with `new`.
  return maker as unknown as NodeMaker
}

/** A call has other fields than a class: with room of its own size, none of a node's fields is kept outside of it. */
function byKind(make: () => NodeMaker): NodeMaker {
  const makers: (NodeMaker | undefined)[] = []
  // As above: `new` of a function that gives an object is that object.
  return function (kind: ts.SyntaxKind, pos: number, end: number) {
    return new (makers[kind] ??= make())(kind, pos, end)
  } as unknown as NodeMaker
}
