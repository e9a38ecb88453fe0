// Reads a JSON array of Kubernetes objects from standard input and validates each against the schema of its kind:
// required fields and enumerations, which the typed loader of the .NET client does not know. One line per problem.
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);

let problems = 0;
for (const object of JSON.parse(Buffer.concat(chunks).toString())) {
  const name = `${object.kind}/${object.metadata?.name}`;
  try {
    const module = await import(`kubernetes-models/${object.apiVersion}/${object.kind}`);
    new module[object.kind](object).validate();
  } catch (error) {
    problems++;
    console.log(`${name}: ${error.message.split("\n")[0]}`);
  }
}
process.exitCode = problems === 0 ? 0 : 1;
