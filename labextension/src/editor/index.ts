/**
 * CodeMirror for the lab's own code: an editor, and the colours of Python for lines that are only
 * shown.
 *
 * It is a bundle of its own, loaded when somebody looks at code. In JupyterLab it uses the
 * CodeMirror that JupyterLab has loaded already.
 */

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { pythonLanguage } from '@codemirror/lang-python';
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting
} from '@codemirror/language';
import { Annotation, EditorState } from '@codemirror/state';
import { EditorView, drawSelection, keymap, lineNumbers } from '@codemirror/view';
import { highlightCode, tags } from '@lezer/highlight';
import type { CodeEditor, CodeSpan, EditorModule, EditorOptions } from './tokens';

/** Marks changes that nobody typed here. */
const told = Annotation.define<boolean>();

/** By class: the style sheet gives each JupyterLab's own colour for it. */
const COLOURS = HighlightStyle.define(
  (
    [
      ['keyword', [tags.keyword, tags.operatorKeyword, tags.controlKeyword]],
      ['atom', [tags.bool, tags.null, tags.self]],
      ['number', tags.number],
      ['string', [tags.string, tags.special(tags.string)]],
      ['comment', tags.comment],
      ['definition', [tags.definition(tags.function(tags.variableName)), tags.className]],
      ['operator', [tags.operator, tags.derefOperator]],
      ['meta', tags.meta]
    ] as const
  ).map(([name, tag]) => ({ tag, class: `lossviz-code-${name}` }))
);

function editor({ text, label, readOnly, typed }: EditorOptions): CodeEditor {
  const view = new EditorView({
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of('    '),
        pythonLanguage,
        syntaxHighlighting(COLOURS),
        // Without Tab, which leaves the editor: whoever has no mouse must get out of it.
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorState.readOnly.of(readOnly),
        // Focusable as it is, but checkers of accessibility look for the attribute.
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        EditorView.updateListener.of(update => {
          const own = update.transactions.some(one => one.docChanged && !one.annotation(told));
          if (own) {
            typed();
          }
        })
      ]
    })
  });
  return {
    element: view.dom,
    read: () => view.state.doc.toString(),
    edit: edits => {
      const changes = edits.map(({ start, end, text: insert }) => ({
        from: start,
        to: end,
        insert
      }));
      view.dispatch({ changes, annotations: told.of(true) });
    },
    select: (start, end) => {
      view.dispatch({ selection: { anchor: start, head: end } });
    },
    focus: () => {
      view.focus();
    },
    dispose: () => {
      view.destroy();
    }
  };
}

function highlight(text: string): CodeSpan[][] {
  const lines: CodeSpan[][] = [[]];
  highlightCode(
    text,
    pythonLanguage.parser.parse(text),
    COLOURS,
    (code, kind) => {
      lines.at(-1)?.push({ text: code, kind });
    },
    () => {
      lines.push([]);
    }
  );
  return lines;
}

const module: EditorModule = { editor, highlight };
export default module;
