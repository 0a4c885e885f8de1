import ts from 'typescript';

export interface SourceViolation {
  readonly rule: 'pure-libs-are-synchronous' | 'pure-libs-know-no-ambient-state' | 'nest-decorators-have-their-files';
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

const PURE_FILE = /^libs\/((domain|backtest)\/src|exchange\/src\/(simulated|dialect))\//;
/** Asynchronous because the port that it serves is; what it answers is pure all the same. */
const PORT_ADAPTER = /^libs\/exchange\/src\/simulated\/[\w-]+-adapter\.ts$/;
const DECORATED_FILE = /(\.module|\.processor|\.controller)\.ts$|^libs\/platform\//;
const CHECKED_FILE = /^(apps|libs)\/.*\.tsx?$/;
const SPEC_FILE = /\.spec\.ts$/;

/** Globals that bring time, chance or the outside world into a computation. */
const AMBIENT = new Set([
  'Date', 'process', 'performance', 'globalThis', 'global', 'crypto', 'fetch', 'console', 'require',
  'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask',
]);

/**
 * What imports cannot show: asynchrony and ambient state in pure code, Nest's decorators outside the files that are
 * named for them. `file` is relative to the repository, with slashes. Specs are free.
 */
export function findSourceViolations(file: string, source: string): readonly SourceViolation[] {
  if (!CHECKED_FILE.test(file) || SPEC_FILE.test(file)) return [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true);
  const violations: SourceViolation[] = [];
  const report = (rule: SourceViolation['rule'], node: ts.Node): void => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
    violations.push({ rule, file, line, text: node.getText(tree).split('\n')[0] ?? '' });
  };
  const nestNames = DECORATED_FILE.test(file) ? new Set<string>() : namesFromNest(tree);
  const isPure = PURE_FILE.test(file);
  const isSynchronous = isPure && !PORT_ADAPTER.test(file);
  const visit = (node: ts.Node): void => {
    if (isSynchronous && isAsynchronous(node)) report('pure-libs-are-synchronous', node);
    if (isPure && isAmbient(node)) report('pure-libs-know-no-ambient-state', node);
    if (ts.isDecorator(node) && nestNames.has(rootName(node.expression))) report('nest-decorators-have-their-files', node);
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return violations;
}

function isAsynchronous(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword) return true;
  if (ts.isForOfStatement(node)) return node.awaitModifier !== undefined;
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
}

function isAmbient(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.getText() === 'Math.random';
  if (ts.isElementAccessExpression(node)) return /^Math\[.random.\]$/.test(node.getText());
  if (ts.isVariableDeclaration(node)) return node.initializer?.getText() === 'Math' && /\brandom\b/.test(node.name.getText());
  return ts.isIdentifier(node) && AMBIENT.has(node.text) && !isOnlyAName(node);
}

/** A property, member or label that merely bears the name of a global. */
function isOnlyAName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent)) return parent.propertyName === node;
  const isMember =
    ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isEnumMember(parent);
  return isMember && parent.name === node;
}

function namesFromNest(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of tree.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    if (!statement.moduleSpecifier.text.startsWith('@nestjs/')) continue;
    for (const name of importedNames(statement.importClause)) names.add(name);
  }
  return names;
}

function importedNames(clause: ts.ImportClause | undefined): readonly string[] {
  const bindings = clause?.namedBindings;
  const named = bindings === undefined ? [] : ts.isNamespaceImport(bindings) ? [bindings] : [...bindings.elements];
  return [clause?.name?.text, ...named.map((binding) => binding.name.text)].filter((name) => name !== undefined);
}

/** `Injectable` of both `@Injectable()` and `@nest.Injectable()`'s `nest`. */
function rootName(expression: ts.Expression): string {
  if (ts.isCallExpression(expression) || ts.isPropertyAccessExpression(expression)) return rootName(expression.expression);
  return ts.isIdentifier(expression) ? expression.text : '';
}
