using System.Text.Json;
using ClusterCast.Protocol.Identifiers;

namespace ClusterCast.Payments;

/// <summary>What a purse owes one relay, as kept on disk.</summary>
/// <param name="Relay">Node id.</param>
/// <param name="DebtBytes">Verified bytes that no ticket pays for yet.</param>
/// <param name="Pending">Ticket frames that were sent and not acknowledged, to be resent byte for byte.</param>
public sealed record RelayDebt(Address Relay, ulong DebtBytes, IReadOnlyList<byte[]> Pending);

/// <summary>
/// The debts of a purse in a small JSON file, so that a restart neither forgets them nor signs a ticket twice. Bounded: at most 64 relays, the largest debts are kept. Replaced as a whole.
/// </summary>
public sealed class DebtFile(string path)
{
    private const int MaxRelays = 64;
    private const int MaxBytes = 256 * 1024;
    private const ulong MaxDebt = 3UL * TillTariff.MaxBytes;
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    /// <summary>The debts; none when there is no file. Throws <see cref="DebtFileException"/>.</summary>
    public IReadOnlyList<RelayDebt> Read(Address viewingKey)
    {
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            if (new FileInfo(path).Length > MaxBytes)
            {
                throw new FormatException("it is too long");
            }

            var content = JsonSerializer.Deserialize<Content>(File.ReadAllText(path)) ?? throw new FormatException("it is empty");
            if (Address.Parse(content.ViewingKey) != viewingKey)
            {
                throw new FormatException($"it belongs to viewing key {content.ViewingKey}");
            }

            return [.. content.Relays.Take(MaxRelays).Select(Restored)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or FormatException or ArgumentNullException)
        {
            throw new DebtFileException($"The debts in '{path}' cannot be read ({failure.Message}): delete the file to begin without debts.", failure);
        }
    }

    /// <summary>Replaces the file. Throws <see cref="DebtFileException"/>.</summary>
    public void Write(Address viewingKey, IEnumerable<RelayDebt> debts)
    {
        var kept = debts.Where(debt => debt.DebtBytes > 0 || debt.Pending.Count > 0).OrderByDescending(debt => debt.DebtBytes).Take(MaxRelays)
            .Select(debt => new Entry(debt.Relay.ToString(), debt.DebtBytes, [.. debt.Pending.Select(frame => Hex.Encode(frame))]));
        try
        {
            var next = path + ".new";
            File.WriteAllText(next, JsonSerializer.Serialize(new Content(viewingKey.ToString(), [.. kept]), Format));
            File.Move(next, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new DebtFileException($"The debts in '{path}' cannot be written: check that the folder exists, is writable and has space.", failure);
        }
    }

    private static RelayDebt Restored(Entry? entry) => entry is null
        ? throw new FormatException("an entry is empty")
        : new RelayDebt(Address.Parse(entry.Relay), Math.Min(entry.DebtBytes, MaxDebt), [.. entry.Pending.Select(frame => Hex.Decode(frame ?? throw new FormatException("a ticket is empty")))]);

    private sealed record Content(string ViewingKey, Entry?[] Relays);

    private sealed record Entry(string Relay, ulong DebtBytes, string?[] Pending);
}

/// <summary>The debt file cannot be read or written. The message is one sentence with cause and remedy.</summary>
public sealed class DebtFileException(string message, Exception inner) : Exception(message, inner);
