import * as ts from '../ts.js'
import type { FrameworkDescriptor, HandlerRow } from '../../frameworks/index.js'
import { isFunctionLike, unwrap, type Entity, type Evaluator } from '../evaluate.js'
import { fieldsOf } from './fields.js'
import { givenIn } from './given.js'
import type { FrameworkObject } from './objects.js'
import { routeParts, routeText, type RoutePart } from './route-text.js'

/** One handler, with the object it is registered on. */
export interface HandlerSite {
  readonly descriptor: FrameworkDescriptor
  readonly method: string | null
  readonly route: string | null
  /** What to point at: the registering call, the decorated method, the export. */
  readonly node: ts.Node
  /** The handler itself, where one expression is it. */
  readonly handler: ts.Expression | null
  /** `null` for exports and decorators, which a framework finds. */
  readonly object: FrameworkObject | null
  readonly file: string
  /** Nothing in its own file says that it is one: only the program's stacks do. */
  readonly isDeployedOnly?: boolean
  /** What its route, method and handler are taken from, for those that the registering function's callers give. */
  readonly from?: HandlerSource
}

/** The expressions behind a registration, as far as they are not written out in it. */
export interface HandlerSource {
  readonly route: readonly RoutePart[]
  readonly method?: Entity
  /** What is registered, where it is a function's parameter, wrapped or not. */
  readonly given?: Entity
  /** The object that holds all of it. */
  readonly options?: { readonly entity: Entity; readonly row: HandlerRow }
}

/**
 * The handlers that an options object holds: `{ method, url, handler }` of Fastify, the fields of GraphQL's maps, the methods of a
 * gRPC service.
 *
 * @param site what is known of them beside it
 */
export function sitesOfOptions(site: HandlerSite, row: HandlerRow, literal: ts.ObjectLiteralExpression, evaluator: Evaluator): HandlerSite[] {
  if (row.fieldsOf) return fieldsOf(literal, row, evaluator).map(field => ({ ...site, method: field.type, route: field.name, node: field.node, handler: field.handler, file: field.node.getSourceFile().fileName }))
  const isMap = row.handlerProperties?.includes('*') === true
  const own = row.pathProperties?.map(name => routeParts(propertyOf(literal, name), evaluator)).find(parts => parts.length > 0)
  const method = typeof row.httpMethod === 'object' && 'property' in row.httpMethod ? propertyOf(literal, row.httpMethod.property) : undefined
  const named = method ? routeText(routeParts(method, evaluator))?.toUpperCase() : undefined
  return literal.properties.flatMap((property): HandlerSite[] => {
    const name = property.name && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name)) ? property.name.text : null
    if (name === null || !(isMap || row.handlerProperties?.includes(name) === true)) return []
    const value = ts.isPropertyAssignment(property) ? property.initializer : ts.isShorthandPropertyAssignment(property) ? property.name : null
    const given = value ? givenIn(value, evaluator) : undefined
    const from: HandlerSource = { ...site.from, route: own ?? site.from?.route ?? [], ...(method && named === undefined ? { method: evaluator.evaluate(method) } : {}), ...(given && !isMap ? { given } : {}) }
    return [{
      ...site,
      ...(isMap ? { node: property, file: property.getSourceFile().fileName } : {}),
      route: own ? routeText(own) : site.route, method: named ?? site.method, handler: value, from,
    }]
  })
}

/** The methods of a class of which an instance is given: `server.addService(definition, new Greeter())`. */
export function sitesOfInstance(site: Omit<HandlerSite, 'handler'>, entity: Entity): HandlerSite[] | null {
  if (entity.kind !== 'instance') return null
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Static
  const found = entity.class.members.flatMap((member): HandlerSite[] => {
    const value = ts.isPropertyDeclaration(member) && member.initializer && isFunctionLike(unwrap(member.initializer)) ? member.initializer : null
    if (!(ts.isMethodDeclaration(member) && member.body) && !value) return []
    if ((ts.getCombinedModifierFlags(member) & hidden) !== 0 || ts.isPrivateIdentifier(member.name ?? member)) return []
    return [{ ...site, node: member, file: member.getSourceFile().fileName, handler: value }]
  })
  return found.length > 0 ? found : null
}

/** The value of an object's property that is written out. */
export function propertyOf(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const property of node.properties) if (ts.isPropertyAssignment(property) && (ts.isIdentifier(property.name) || ts.isStringLiteralLike(property.name)) && property.name.text === name) return property.initializer
  return undefined
}
