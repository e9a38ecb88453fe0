using CreditSystem.Site;
using CreditSystem.Site.Reference;

if (args is not [var root, var output])
{
    Console.Error.WriteLine("usage: CreditSystem.Site REPOSITORY OUTPUT   writes the documents as the site that the API serves at /docs");
    return 2;
}

var problems = new List<string>();
var map = SiteMap.Read(root, problems);
var pages = map.Pages.Select(source => PageReader.Read(map, source, problems)).ToList();
var reference = ReferencePages.Read(root).ToList();
LinkCheck.Run([.. pages, .. reference], problems);
// In the form that MSBuild shows as an error with its file.
foreach (var problem in problems)
    Console.Error.WriteLine(problem);
if (problems.Count > 0)
    return 1;

SiteWriter.Write(map, pages, reference, output);
return 0;
