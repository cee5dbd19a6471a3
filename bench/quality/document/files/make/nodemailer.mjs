import { createRequire } from "node:module";
const MailComposer = createRequire(`${process.cwd()}/`)("nodemailer/lib/mail-composer");
const mails = {
  "nodemailer": { from: '"Zoë Größe" <zoe@example.org>', to: "yan@example.org", subject: "Angebot für Möbel", date: new Date("2024-05-06T07:08:09Z"), text: "Nur Text.", html: '<p>Das Angebot: <a href="https://example.org/m">Tisch &amp; Stuhl</a> für 120 €.</p><ul><li>Eiche<ul><li>geölt</li></ul></li></ul><style>p{color:red}</style><img src="cid:x" alt="Bild">', attachments: [{ filename: "preise.txt", content: "Tisch 80\nStuhl 40\n" }, { filename: "x.png", content: Buffer.alloc(30), cid: "x" }] },
  "nodemailer-flowed": { from: "a@example.org", to: "b@example.org", subject: "=quoted= 引用された件名", date: new Date("2024-05-06T07:08:09Z"), textEncoding: "quoted-printable", text: "A long line of words that goes on and on beyond the seventy-sixth column so that it is broken softly, naïve façade.\n> quoted answer\n-- \nA signature" },
};
import { writeFileSync, mkdirSync } from "node:fs";
mkdirSync(process.argv[2] + "/eml", { recursive: true });
for (const [name, mail] of Object.entries(mails)) writeFileSync(`${process.argv[2]}/eml/${name}.eml`, await new Promise((done, fail) => new MailComposer(mail).compile().build((e, b) => (e ? fail(e) : done(b)))));
