import { ts } from 'ts-morph'

/**
 * What the checks use of the compiler, as plain bindings: `import * as ts from './ts.js'`. The compiler's own namespace answers
 * each name by a call of a function that it looks up among thousands, every time, and the checks ask what a node is millions of
 * times: a twentieth of a check's time.
 */
export const {
  InternalSymbolName, ModifierFlags, NodeFlags, ScriptTarget, SymbolFlags, SyntaxKind, TypeFlags, canHaveDecorators, createSourceFile, factory,
  flattenDiagnosticMessageText, forEachChild, getCombinedModifierFlags, getCombinedNodeFlags, getDecorators, getJSDocTags, getModifiers, isAccessor,
  isArrayBindingPattern, isArrayLiteralExpression, isArrowFunction, isAsExpression, isAwaitExpression, isBigIntLiteral, isBinaryExpression,
  isBindingElement, isBlock, isCallExpression, isCatchClause, isClassExpression, isClassLike, isComputedPropertyName, isConditionalExpression,
  isConstructorDeclaration, isDecorator, isDeleteExpression, isElementAccessExpression, isEnumDeclaration, isExportAssignment, isExportDeclaration,
  isExportSpecifier, isExpression, isExpressionStatement, isExpressionWithTypeArguments, isExternalModuleReference, isForInStatement,
  isForOfStatement, isFunctionDeclaration, isFunctionExpression, isFunctionLike, isFunctionTypeNode, isGetAccessorDeclaration, isHeritageClause, isIdentifier,
  isIfStatement, isImportClause, isImportDeclaration, isImportEqualsDeclaration, isImportSpecifier, isImportTypeNode, isInterfaceDeclaration,
  isIntersectionTypeNode, isJsxText, isLiteralExpression, isLiteralTypeNode, isMethodDeclaration, isMethodSignature, isNamedExports, isNamedImports,
  isNamedTupleMember, isNamespaceExport, isNamespaceImport, isNewExpression, isNonNullExpression, isNumericLiteral, isObjectBindingPattern,
  isObjectLiteralExpression, isOmittedExpression, isParameter, isParameterPropertyDeclaration, isParenthesizedExpression, isParenthesizedTypeNode,
  isPostfixUnaryExpression, isPrefixUnaryExpression, isPrivateIdentifier, isPropertyAccessExpression, isPropertyAssignment, isPropertyDeclaration,
  isPropertySignature, isQualifiedName, isRegularExpressionLiteral, isReturnStatement, isSatisfiesExpression, isShorthandPropertyAssignment,
  isSourceFile, isSpreadAssignment, isSpreadElement, isStringLiteral, isStringLiteralLike, isTaggedTemplateExpression, isTemplateExpression,
  isTemplateHead, isTemplateMiddleOrTemplateTail, isThrowStatement, isTupleTypeNode, isTypeAliasDeclaration, isTypeAssertionExpression,
  isTypeLiteralNode, isTypeNode, isTypeOfExpression, isTypeParameterDeclaration, isTypeReferenceNode, isUnionTypeNode, isVariableDeclaration,
  isVariableStatement, isVoidExpression, isYieldExpression, parseJsonConfigFileContent, readConfigFile, resolveProjectReferencePath, sys,
  tokenToString,
} = ts

export type ArrayLiteralExpression = ts.ArrayLiteralExpression
export type ArrowFunction = ts.ArrowFunction
export type AssignmentExpression<Operator extends ts.AssignmentOperatorToken> = ts.AssignmentExpression<Operator>
export type AssignmentOperatorToken = ts.AssignmentOperatorToken
export type BinaryExpression = ts.BinaryExpression
export type BindingElement = ts.BindingElement
export type BindingName = ts.BindingName
export type BindingPattern = ts.BindingPattern
export type CallExpression = ts.CallExpression
export type ClassLikeDeclaration = ts.ClassLikeDeclaration
export type ConstructorDeclaration = ts.ConstructorDeclaration
export type Declaration = ts.Declaration
export type Decorator = ts.Decorator
export type Diagnostic = ts.Diagnostic
export type DiagnosticWithLocation = ts.DiagnosticWithLocation
export type ElementAccessExpression = ts.ElementAccessExpression
export type EntityName = ts.EntityName
export type ExportDeclaration = ts.ExportDeclaration
export type Expression = ts.Expression
export type FunctionDeclaration = ts.FunctionDeclaration
export type FunctionExpression = ts.FunctionExpression
export type FunctionLikeDeclaration = ts.FunctionLikeDeclaration
export type Identifier = ts.Identifier
export type ImportDeclaration = ts.ImportDeclaration
export type ImportEqualsDeclaration = ts.ImportEqualsDeclaration
export type LiteralType = ts.LiteralType
export type MethodDeclaration = ts.MethodDeclaration
export type NewExpression = ts.NewExpression
export type Node = ts.Node
export type ObjectLiteralElementLike = ts.ObjectLiteralElementLike
export type ObjectLiteralExpression = ts.ObjectLiteralExpression
export type ParameterDeclaration = ts.ParameterDeclaration
export type ParseConfigHost = ts.ParseConfigHost
export type PrefixUnaryExpression = ts.PrefixUnaryExpression
export type PrivateIdentifier = ts.PrivateIdentifier
export type PropertyAccessExpression = ts.PropertyAccessExpression
export type PropertyDeclaration = ts.PropertyDeclaration
export type PropertyName = ts.PropertyName
export type SignatureDeclaration = ts.SignatureDeclaration
export type SourceFile = ts.SourceFile
export type Statement = ts.Statement
export type StringLiteral = ts.StringLiteral
export type Symbol = ts.Symbol
export type Type = ts.Type
export type TypeAliasDeclaration = ts.TypeAliasDeclaration
export type TypeChecker = ts.TypeChecker
export type TypeElement = ts.TypeElement
export type TypeNode = ts.TypeNode
export type TypeParameterDeclaration = ts.TypeParameterDeclaration
export type TypeReference = ts.TypeReference
export type TypeReferenceNode = ts.TypeReferenceNode
export type UnionType = ts.UnionType
export type VariableDeclaration = ts.VariableDeclaration
export type InternalSymbolName = ts.InternalSymbolName
export type ModifierFlags = ts.ModifierFlags
export type NodeFlags = ts.NodeFlags
export type ScriptTarget = ts.ScriptTarget
export type SymbolFlags = ts.SymbolFlags
export type SyntaxKind = ts.SyntaxKind
export type TypeFlags = ts.TypeFlags
