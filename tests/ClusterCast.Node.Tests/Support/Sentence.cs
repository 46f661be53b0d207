using ClusterCast.Node.Hosting;

namespace ClusterCast.Node.Tests.Support;

internal static class Sentence
{
    /// <summary>The action fails with this status, in text on one line that holds all of <paramref name="words"/>.</summary>
    public static NodeException Refused(ExitCode status, Action action, params string[] words) => Check(Assert.Throws<NodeException>(action), status, words);

    /// <inheritdoc cref="Refused"/>
    public static async Task<NodeException> RefusedAsync(ExitCode status, Func<Task> action, params string[] words) =>
        Check(await Assert.ThrowsAsync<NodeException>(action), status, words);

    private static NodeException Check(NodeException e, ExitCode status, string[] words)
    {
        Assert.Equal(status, e.ExitCode);
        Assert.DoesNotContain('\n', e.Message);
        Assert.All(words, word => Assert.Contains(word, e.Message));
        return e;
    }
}
