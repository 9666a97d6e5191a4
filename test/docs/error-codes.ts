import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const codeForm = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

/** Codes Apollo Server answers with by itself. */
const ofApollo = ['BAD_REQUEST', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'];

/**
 * The error codes the sources use, each with one file that does: the first argument of an error that is constructed, the
 * second of an error answer, `code` in `extensions`, a constant named `code`, and the members of types of codes. The
 * codes of single bad rows are none of these: the ledger explains them row by row.
 */
export function errorCodesOf(folder: string): ReadonlyMap<string, string> {
  const found = new Map(ofApollo.map((code) => [code, '@apollo/server']));
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = ts.createSourceFile(name, readFileSync(path.join(folder, name), 'utf8'), ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      for (const literal of codesAt(node)) if (codeForm.test(literal.text)) found.set(literal.text, name);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function codesAt(node: ts.Node): ts.StringLiteral[] {
  if (ts.isNewExpression(node) && /(Error|Ended)$/.test(node.expression.getText())) return literals(node.arguments?.[0]);
  if (ts.isCallExpression(node)) {
    const name = node.expression.getText();
    if (/^(errorAnswer|refusal)$/.test(name)) return literals(node.arguments[1]);
    // Functions of one file that word several errors alike: refuse('CODE', zh, en).
    if (/^(refuse|reject|refused|\w+Error)$/.test(name)) return literals(node.arguments[0]);
  }
  if (ts.isPropertyAssignment(node) && node.name.getText() === 'code' && isOfExtensions(node.parent)) return literals(node.initializer);
  if (ts.isVariableDeclaration(node) && node.name.getText() === 'code') return literals(node.initializer);
  if (ts.isTypeAliasDeclaration(node) && /(Error|Refusal)Code$/.test(node.name.text)) return literals(node.type);
  return [];
}

/** Whether an object literal stands for the extensions of an error. */
function isOfExtensions(object: ts.Node): boolean {
  const { parent } = object;
  if (ts.isPropertyAssignment(parent)) return parent.name.getText() === 'extensions';
  return ts.isCallExpression(parent) && parent.expression.getText() === 'withExtensions';
}

/** The string literals an expression or a type consists of: one, or those of a choice. */
function literals(node: ts.Node | undefined): ts.StringLiteral[] {
  if (!node) return [];
  if (ts.isStringLiteral(node)) return [node];
  if (ts.isLiteralTypeNode(node)) return literals(node.literal);
  if (ts.isUnionTypeNode(node)) return node.types.flatMap(literals);
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  return [];
}
