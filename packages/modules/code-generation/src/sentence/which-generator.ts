import type { GeneratorName } from "@coder/api/code-generation";

const DATA = /\b(?:test|fake|sample|mock|dummy|seed|example|random|demo)\s*-?\s*(?:data|users?|rows?|records?|entries|fixtures?|values|objects?|items?|[a-z]+s)\b|\bfixtures?\b|\b(?:rows|records|entries)\s+(?:of|for|from)\b|\btest data\b|\bseed\b|\bas\s+(?:csv|json)\b|\bedge cases\b|\b\d[\d,.]*k?\s+(?:[a-z]+\s+)?[A-Za-z]+s?\s+(?:from|of|using|with)\b/i;
const ENDPOINT = /\b(?:endpoint|route|api|handler|url|rest)\b|\b(?:GET|POST|PUT|PATCH|DELETE)\b|\b(?:get|post|put|patch|delete)\s+\/|(?:^|\s)\/[A-Za-z]/;
const COUNTED = /^\s*(?:please\s+)?(?:(?:generate|create|make|give me|produce|add|i (?:need|want))\s+)?(?:me\s+)?(?:\d[\d,.]*k?|a hundred|a thousand|a dozen|ten|twenty|fifty|a hundred)\s+[A-Za-z]/i;
const ACTION = /\b(?:add|create|make|write|build|implement|generate|expose|provide|i (?:need|want))\b.*\b(?:returns?|lists?|fetch(?:es)?|finds?|creates?|updates?|deletes?|removes?|edits?|changes?|looks? up|saves?|stores?)\b/i;

/** What a sentence asks for; null where it could be either or neither. */
export function generatorOf(spaced: string): GeneratorName | null {
  const sentence = spaced.replaceAll(/\s+/g, " ");
  const endpoint = ENDPOINT.test(sentence);
  if (COUNTED.test(sentence) && !endpoint) return "test-data";
  if (endpoint && /\bendpoint|route\b|\b(?:GET|POST|PUT|PATCH|DELETE)\b|(?:^|\s)\//.test(sentence)) return "http-endpoint";
  if (DATA.test(sentence)) return "test-data";
  if (endpoint || ACTION.test(sentence)) return "http-endpoint";
  return /^\s*(?:please\s+)?(?:list|get|show|read|fetch|find|return|look up|update|delete|remove|edit|register|change|rename|(?:create|add) an? \w+(?: \w+)? with)\s+/i.test(sentence) ? "http-endpoint" : null;
}
