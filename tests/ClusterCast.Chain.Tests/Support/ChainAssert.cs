namespace ClusterCast.Chain.Tests.Support;

internal static class ChainAssert
{
    /// <summary>The action fails in this way, in two sentences on one line.</summary>
    public static async Task<ChainException> FailsAsync(ChainFault fault, Func<Task> action)
    {
        var e = await Assert.ThrowsAsync<ChainException>(action);
        Assert.Equal(fault, e.Fault);
        Assert.EndsWith(".", e.Cause);
        Assert.DoesNotContain('\n', e.Message);
        Assert.NotEmpty(e.Remedy);
        return e;
    }

    public static async Task RevertsAsync(string error, Func<Task> action) => Assert.Equal(error, (await FailsAsync(ChainFault.Reverted, action)).ErrorName);
}
