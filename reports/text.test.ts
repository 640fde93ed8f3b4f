import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import { duration, escapeText, Markup, markup, shortened } from './text.ts';

describe('a stranger’s text', () => {
  test('markup in it does not work', () => {
    expect(escapeText(`<img src=x onerror="alert('1')">&`)).toBe(
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;',
    );
  });

  test('controls, lone surrogates and marks of direction are shown as what they are: nothing to read', () => {
    expect(escapeText('a\u0000b\u001Bc\u0085d\uD800e\uFFFEf\u202Eg\u2066h')).toBe('a�b�c�d�e�f�g�h');
    expect(escapeText('a\tb\nc\rd😀é')).toBe('a\tb\nc\rd😀é');
  });

  test('any text can stand in XML, as content and as attribute, and is read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const document = XmlDocument.fromString(markup`<t a="${text}">${text}</t>`.text);
        const visible = document.root.content;
        document.dispose();
        expect(visible).not.toContain('\u0000');
        // XML 2.11 reads every end of line as one LF.
        if (/^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(text) && !/[\p{Bidi_Control}\uFFFE\uFFFF]/u.test(text))
          expect(visible).toBe(text);
      }),
    );
  });
});

describe('markup', () => {
  test('escapes what is put in, but not what it made itself', () => {
    const inner = markup`<b>${'<'}</b>`;
    expect(markup`<p a="${'"'}">${inner}${[inner, ' & ', 3]}${undefined}</p>`.text).toBe(
      '<p a="&quot;"><b>&lt;</b><b>&lt;</b> &amp; 3</p>',
    );
  });

  test('only its own class passes unescaped, not a look-alike', () => {
    expect(markup`${new Markup('<i>')}`.text).toBe('<i>');
    expect(markup`${JSON.stringify({ text: '<i>' })}`.text).not.toContain('<i>');
  });
});

test('durations and cuts are short', () => {
  expect([3, 999.6, 1500, 12_345].map(duration)).toEqual(['3 ms', '1000 ms', '1.5 s', '12 s']);
  expect(shortened('abcdef', 4)).toBe('abc…');
  expect(shortened('abcd', 4)).toBe('abcd');
});
