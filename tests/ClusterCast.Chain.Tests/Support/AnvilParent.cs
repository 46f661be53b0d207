using System.Runtime.CompilerServices;
using ClusterCast.Chain.Devnet;

namespace ClusterCast.Chain.Tests.Support;

/// <summary>Makes the test program a parent of anvil and nothing else, so that a test can kill it.</summary>
internal static class AnvilParent
{
    public const string Argument = "--as-parent-of-anvil";

    [ModuleInitializer]
    internal static void Run()
    {
        if (Environment.GetCommandLineArgs() is [_, Argument])
        {
            var anvil = AnvilProcess.StartAsync(0).GetAwaiter().GetResult();
            Console.WriteLine(anvil.Id);
            Console.Out.Flush();
            Console.In.ReadToEnd();
            Environment.Exit(0);
        }
    }
}
