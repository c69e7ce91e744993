import { ts } from "ts-morph";
import { bare, isText, requiredModule } from "./Sources.ts";

/** A name of a file that stands for something of another one. */
export interface Binding {
  readonly local: string;
  readonly module: string;
  /** `default`, `*`, or the name it is exported by. */
  readonly imported: string;
}

export interface Exported {
  readonly name: string;
  /** The name in the file, where it has one. */
  readonly local: string | null;
  readonly kind: "esm" | "cjs";
}

/** Imports and `require`s at the top of a file. */
export function bindingsOf(tree: ts.SourceFile): Binding[] {
  const bindings: Binding[] = [];
  for (const statement of tree.statements) {
    if (ts.isImportDeclaration(statement) && isText(statement.moduleSpecifier)) {
      const { text: module } = statement.moduleSpecifier;
      const clause = statement.importClause;
      if (clause?.name) bindings.push({ local: clause.name.text, module, imported: "default" });
      const named = clause?.namedBindings;
      if (named && ts.isNamespaceImport(named)) bindings.push({ local: named.name.text, module, imported: "*" });
      if (named && ts.isNamedImports(named)) for (const { name, propertyName } of named.elements) bindings.push({ local: name.text, module, imported: propertyName?.text ?? name.text });
    }
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!initializer) continue;
      const value = bare(initializer);
      const whole = requiredModule(value);
      if (whole !== null && ts.isIdentifier(name)) bindings.push({ local: name.text, module: whole, imported: "default" });
      if (whole !== null && ts.isObjectBindingPattern(name)) {
        for (const element of name.elements) if (ts.isIdentifier(element.name)) bindings.push({ local: element.name.text, module: whole, imported: element.propertyName && ts.isIdentifier(element.propertyName) ? element.propertyName.text : element.name.text });
      }
      // `const Router = require("express").Router`
      if (ts.isPropertyAccessExpression(value) && ts.isIdentifier(name)) {
        const module = requiredModule(value.expression);
        if (module !== null) bindings.push({ local: name.text, module, imported: value.name.text });
      }
    }
  }
  return bindings;
}

/** What a file gives to others. */
export function exportsOf(tree: ts.SourceFile): Exported[] {
  const exported: Exported[] = [];
  for (const statement of tree.statements) {
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    const isExport = modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (isExport && ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) exported.push({ name: name.text, local: name.text, kind: "esm" });
    if (isExport && (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))) {
      const local = statement.name?.text ?? null;
      exported.push({ name: isDefault ? "default" : (local ?? "default"), local, kind: "esm" });
    }
    if (ts.isExportAssignment(statement)) exported.push({ name: statement.isExportEquals ? "=" : "default", local: ts.isIdentifier(statement.expression) ? statement.expression.text : null, kind: "esm" });
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      for (const { name, propertyName } of statement.exportClause.elements) exported.push({ name: name.text, local: propertyName?.text ?? name.text, kind: "esm" });
    }
    exported.push(...commonJsExports(statement));
  }
  return exported;
}

function commonJsExports(statement: ts.Statement): Exported[] {
  const assignments: { readonly left: ts.Expression; readonly right: ts.Expression; readonly declared: string | null }[] = [];
  const collect = (value: ts.Expression, declared: string | null): void => {
    if (!ts.isBinaryExpression(value) || value.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return;
    assignments.push({ left: value.left, right: value.right, declared });
    collect(value.right, declared);
  };
  if (ts.isExpressionStatement(statement)) collect(statement.expression, null);
  if (ts.isVariableStatement(statement)) for (const { name, initializer } of statement.declarationList.declarations) if (initializer) collect(initializer, ts.isIdentifier(name) ? name.text : null);
  return assignments.flatMap(({ left, right, declared }): Exported[] => {
    const target = left.getText();
    if (target === "module.exports") {
      if (ts.isObjectLiteralExpression(right)) {
        return right.properties.flatMap((property): Exported[] => {
          if (ts.isShorthandPropertyAssignment(property)) return [{ name: property.name.text, local: property.name.text, kind: "cjs" }];
          if ((ts.isPropertyAssignment(property) || ts.isMethodDeclaration(property)) && ts.isIdentifier(property.name)) {
            const value = ts.isPropertyAssignment(property) && ts.isIdentifier(property.initializer) ? property.initializer.text : null;
            return [{ name: property.name.text, local: value, kind: "cjs" }];
          }
          return [];
        });
      }
      return [{ name: "=", local: ts.isIdentifier(right) ? right.text : declared, kind: "cjs" }];
    }
    const named = /^(?:module\.)?exports\.([A-Za-z_$][\w$]*)$/.exec(target)?.[1];
    return named === undefined ? [] : [{ name: named, local: ts.isIdentifier(right) ? right.text : declared, kind: "cjs" }];
  });
}
