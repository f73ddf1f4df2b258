/** @file The last sections: what all this does not show, and what to do next. */
import { html } from '../../../src/report/html.ts';
import { commands, type Section } from '../../../src/report/page.ts';

/** What not to conclude. */
export const limitsSection: Section = {
  title: 'What this shows, and what it does not',
  content: html`<ul>
<li><strong>These are toys.</strong> Small networks, small pictures, shapes from a program. The same effects are well known from large networks and photographs, but the numbers on this page say nothing about any of those.</li>
<li><strong>Withstanding one attack is not being safe.</strong> The robust network’s curve shows what one method found in a few dozen steps. A stronger attack can only push it down.</li>
<li><strong>Only small moves of numbers were tried.</strong> Nobody turned the pictures, put stickers on them or changed the light.</li>
<li><strong>A drawing is not a thought.</strong> It is what raises one score under the wishes that were set. Other wishes give other drawings.</li>
<li><strong>One run, one seed.</strong> The shares are over some tens to hundreds of pictures: a few per cent either way mean nothing.</li>
</ul>`,
};

/** Commands for the reader's own network. */
export const nextSection: Section = {
  title: 'Now with your own network',
  content: [
    html`<p>Any image classifier saved as an ONNX file will do. It stays on your machine.</p>`,
    commands([
      'npx pareidolia inspect model.onnx',
      'npx pareidolia attack model.onnx photo.png --epsilon 4/255 --out adversarial.png',
    ]),
    html`<p><code>npm run demo -- model.onnx photo.png</code> does both. The networks of this page come with the package and answer to their names; its pictures lie beside it:</p>`,
    commands(['npx pareidolia attack zoo:shapes-robust demo/original-1.png --epsilon 24/255 --out turned.png']),
    html`<p>From TypeScript, a drawing is one call:</p>`,
    commands([
      "import { loadModel, visualizeClass } from 'pareidolia';",
      '',
      "await using model = await loadModel('zoo:shapes-robust');",
      "const { picture } = await visualizeClass(model, model.classOf('star'), { seed: 1 });",
    ]),
  ],
};
