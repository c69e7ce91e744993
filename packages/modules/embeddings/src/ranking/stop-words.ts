/** Words of prose that say nothing about what code does. */
const PROSE = `a about after all also am an and any are as at be because been before being both but by can could did do does doing each either else etc ever every for from
 had has have having he her here him his how however i if in into is it its itself just like may me might more most must my neither no nor not of off on once only or other our
 out over own per please same shall she should since so some such than that the their them then there these they this those though through thus to too under until up upon us very
 was we were what when where whether which while who whom whose why will with within without would yet you your eg ie`;

/** Words that nearly every piece of code holds, whatever it does. */
const CODE = `abstract async await boolean break case catch class const constructor continue def default defer elif end enum except export extends false final finally fn func
 function go goto impl implements import instanceof int interface let long mod mut namespace new nil none null package pass private protected pub public raise return returns
 self static struct super switch this throw throws trait true try type typeof undefined unsafe use var void volatile while yield param params`;

export const STOP_WORDS: ReadonlySet<string> = new Set(`${PROSE} ${CODE}`.split(/\s+/));
