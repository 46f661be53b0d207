namespace ClusterCast.Node.Tests.Support;

/// <summary>Finds the checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ClusterCast.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("ClusterCast.slnx lies in no folder above the tests: run them from within a checkout.");
    }
}
