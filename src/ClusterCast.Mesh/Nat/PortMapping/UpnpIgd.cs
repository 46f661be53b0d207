using System.Net;
using System.Runtime.InteropServices;

namespace ClusterCast.Mesh.Nat.PortMapping;

/// <summary>UPnP-IGD by the shim over libminiupnpc. Its calls block, so each runs on a thread of its own.</summary>
internal sealed partial class UpnpIgd : IPortMapper
{
    private const string Library = "clustercast_portmap";
    private const int FindMs = 2_000;
    private const int AddressBytes = 64;
    private const int OnlyPermanentLeases = 725;
    private const int ConflictInMappingEntry = 718;
    private const int OtherPorts = 4;

    private readonly SemaphoreSlim _one = new(1);
    private nint _igd;
    private bool _sought;

    /// <inheritdoc/>
    public string Name => "UPnP";

    /// <inheritdoc/>
    public Task<MappedPort?> MapAsync(PortWish wish, CancellationToken cancel) => AloneAsync(() => Map(wish), cancel);

    /// <inheritdoc/>
    public Task UnmapAsync(MappedPort mapped, CancellationToken cancel) =>
        AloneAsync(() => _igd == 0 ? 0 : Unmap(_igd, mapped.Wish.IsUdp ? 1 : 0, mapped.Outside.Port), cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        // A call that still runs keeps the gateway; the process is about to end then.
        if (_one.Wait(0))
        {
            if (_igd != 0)
            {
                Free(_igd);
                _igd = 0;
            }

            _one.Dispose();
        }
    }

    private MappedPort? Map(PortWish wish)
    {
        if (!_sought)
        {
            _sought = true;
            _igd = Find(FindMs);
        }

        Span<byte> address = stackalloc byte[AddressBytes];
        if (_igd == 0 || Outside(_igd, address) != 0 || !IPAddress.TryParse(Text(address), out var outside))
        {
            return null;
        }

        // A port that another host of this network holds already: the next ones may be free.
        for (var port = (int)wish.Port; port <= Math.Min(wish.Port + OtherPorts, ushort.MaxValue); port++)
        {
            var life = (int)PortMappingKeeper.Life.TotalSeconds;
            var error = Map(_igd, wish.IsUdp ? 1 : 0, port, wish.Port, "ClusterCast", life);
            if (error == OnlyPermanentLeases)
            {
                error = Map(_igd, wish.IsUdp ? 1 : 0, port, wish.Port, "ClusterCast", 0);
            }

            if (error == 0)
            {
                return new MappedPort(wish, new IPEndPoint(outside, port), PortMappingKeeper.Life);
            }

            if (error != ConflictInMappingEntry)
            {
                return null;
            }
        }

        return null;
    }

    private async Task<T?> AloneAsync<T>(Func<T?> call, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        var running = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return call();
                }
                catch (DllNotFoundException)
                {
                    return default;
                }
                finally
                {
                    _one.Release();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        return await running.WaitAsync(cancel);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes[..Math.Max(bytes.IndexOf((byte)0), 0)]);

    [LibraryImport(Library, EntryPoint = "ccigd_find")]
    private static partial nint Find(int waitMs);

    [LibraryImport(Library, EntryPoint = "ccigd_outside")]
    private static partial int Outside(nint igd, Span<byte> address);

    [LibraryImport(Library, EntryPoint = "ccigd_map", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Map(nint igd, int isUdp, int outside, int inside, string description, int seconds);

    [LibraryImport(Library, EntryPoint = "ccigd_unmap")]
    private static partial int Unmap(nint igd, int isUdp, int outside);

    [LibraryImport(Library, EntryPoint = "ccigd_free")]
    private static partial void Free(nint igd);
}
