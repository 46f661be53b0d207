using System.Buffers.Binary;
using ClusterCast.Protocol.Identifiers;
using ClusterCast.Protocol.Tickets;
using Microsoft.Data.Sqlite;

namespace ClusterCast.Payments.Internal;

/// <summary>The table of winners and its statements. Unsigned 64-bit values are stored as their two's complement.</summary>
internal static class WinnerRows
{
    private const long Version = 1;

    private const string Columns =
        "id, relay, stream, terms, commitment, salt, face_value, win_prob, epoch, bytes, signature, viewing_key, digest, r, slot, won_at, state, tx, attempts, outcome";

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS winners (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            relay BLOB NOT NULL, stream BLOB NOT NULL, terms INTEGER NOT NULL, commitment BLOB NOT NULL, salt BLOB NOT NULL,
            face_value INTEGER NOT NULL, win_prob INTEGER NOT NULL, epoch INTEGER NOT NULL,
            bytes INTEGER NOT NULL, signature BLOB NOT NULL, viewing_key BLOB NOT NULL, r BLOB NOT NULL, slot INTEGER NOT NULL,
            won_at INTEGER NOT NULL, death INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0, tx BLOB, since INTEGER NOT NULL DEFAULT 0,
            attempts INTEGER NOT NULL DEFAULT 0, outcome INTEGER, not_before INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX IF NOT EXISTS winners_state ON winners(state, death);
        CREATE INDEX IF NOT EXISTS winners_purse ON winners(viewing_key, state);
        CREATE INDEX IF NOT EXISTS winners_epoch ON winners(epoch);
        CREATE INDEX IF NOT EXISTS winners_tx ON winners(tx);
        """;

    public static void Prepare(SqliteConnection connection, string path)
    {
        Run(connection, "PRAGMA journal_mode = WAL");
        Run(connection, "PRAGMA synchronous = FULL");
        var version = (long)Scalar(connection, "PRAGMA user_version")!;
        if (version is not (0 or Version))
        {
            throw new WinnerStoreException($"The winners in '{path}' were written by another version of this program ({version}): use that one until they are redeemed.");
        }

        Run(connection, Schema);
        Run(connection, $"PRAGMA user_version = {Version}");
    }

    public static bool Insert(SqliteConnection connection, Winner winner, long death)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "INSERT INTO winners (digest, relay, stream, terms, commitment, salt, face_value, win_prob, epoch, bytes, signature, viewing_key, r, slot, won_at, death) "
            + "VALUES ($digest, $relay, $stream, $terms, $commit, $salt, $face, $prob, $epoch, $bytes, $signature, $key, $r, $slot, $wonAt, $death) ON CONFLICT(digest) DO NOTHING";
        var ticket = winner.Ticket;
        var salt = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(salt, ticket.Salt);
        var values = command.Parameters;
        values.AddWithValue("$digest", winner.Digest.Span.ToArray());
        values.AddWithValue("$relay", ticket.Relay.Span.ToArray());
        values.AddWithValue("$stream", ticket.Stream.Value.Span.ToArray());
        values.AddWithValue("$terms", (long)ticket.Terms);
        values.AddWithValue("$commit", ticket.Commit.Span.ToArray());
        values.AddWithValue("$salt", salt);
        values.AddWithValue("$face", (long)ticket.FaceValue);
        values.AddWithValue("$prob", unchecked((long)ticket.WinProbability));
        values.AddWithValue("$epoch", (long)ticket.Epoch);
        values.AddWithValue("$bytes", (long)winner.Bytes);
        values.AddWithValue("$signature", winner.Signature.Span.ToArray());
        values.AddWithValue("$key", winner.ViewingKey.Span.ToArray());
        values.AddWithValue("$r", winner.R.Span.ToArray());
        values.AddWithValue("$slot", (long)winner.Index);
        values.AddWithValue("$wonAt", winner.WonAtMs);
        values.AddWithValue("$death", death);
        return command.ExecuteNonQuery() == 1;
    }

    public static int Run(SqliteConnection connection, string sql, object? a = null, object? b = null, long? id = null, SqliteTransaction? transaction = null)
    {
        using var command = Command(connection, sql, a, b);
        command.Transaction = transaction;
        if (id is { } row)
        {
            command.Parameters.AddWithValue("$id", row);
        }

        return command.ExecuteNonQuery();
    }

    public static IReadOnlyList<StoredWinner> Select(SqliteConnection connection, string where, object a, object b)
    {
        using var command = Command(connection, $"SELECT {Columns} FROM winners WHERE {where}", a, b);
        using var row = command.ExecuteReader();
        var found = new List<StoredWinner>();
        while (row.Read())
        {
            found.Add(Read(row));
        }

        return found;
    }

    public static IReadOnlyList<(uint Index, uint Epoch)> IndexesSince(SqliteConnection connection, uint epoch)
    {
        using var command = Command(connection, "SELECT slot, epoch FROM winners WHERE epoch >= $a", (long)epoch, null);
        using var row = command.ExecuteReader();
        var found = new List<(uint, uint)>();
        while (row.Read())
        {
            found.Add(((uint)row.GetInt64(0), (uint)row.GetInt64(1)));
        }

        return found;
    }

    public static IReadOnlyList<(Hash32 Transaction, long SinceMs)> Transactions(SqliteConnection connection, WinnerState state, long sinceMs)
    {
        using var command = Command(
            connection, "SELECT tx, MIN(since) FROM winners WHERE state = $a AND since >= $b AND tx IS NOT NULL GROUP BY tx ORDER BY MIN(since)", (long)state, sinceMs);
        using var row = command.ExecuteReader();
        var found = new List<(Hash32, long)>();
        while (row.Read())
        {
            found.Add((Hash32.From(Bytes(row, 0)), row.GetInt64(1)));
        }

        return found;
    }

    public static ulong PendingValueOf(SqliteConnection connection, Address viewingKey) => (ulong)(long)Scalar(
        connection, $"SELECT COALESCE(SUM(face_value), 0) FROM winners WHERE viewing_key = $a AND state < {(int)WinnerState.Final}", viewingKey.Span.ToArray())!;

    public static WinnerTotals Totals(SqliteConnection connection)
    {
        using var command = Command(connection, "SELECT state, COUNT(*), SUM(face_value) FROM winners GROUP BY state", null, null);
        using var row = command.ExecuteReader();
        Span<long> counts = stackalloc long[5];
        Span<long> values = stackalloc long[5];
        counts.Clear();
        values.Clear();
        while (row.Read())
        {
            var state = (int)row.GetInt64(0);
            counts[state] = row.GetInt64(1);
            values[state] = row.GetInt64(2);
        }

        return new WinnerTotals(
            counts[0], counts[1], counts[2], counts[3], counts[4], (ulong)(values[0] + values[1] + values[2]), (ulong)values[3], (ulong)values[4]);
    }

    private static StoredWinner Read(SqliteDataReader row)
    {
        var ticket = new Ticket(
            Address.From(Bytes(row, 1)),
            new StreamId(Hash32.From(Bytes(row, 2))),
            (uint)row.GetInt64(3),
            Hash32.From(Bytes(row, 4)),
            BinaryPrimitives.ReadUInt128BigEndian(Bytes(row, 5)),
            (uint)row.GetInt64(6),
            unchecked((ulong)row.GetInt64(7)),
            (uint)row.GetInt64(8));
        var winner = new Winner(
            ticket,
            (uint)row.GetInt64(9),
            Signature.From(Bytes(row, 10)),
            Address.From(Bytes(row, 11)),
            Hash32.From(Bytes(row, 12)),
            Hash32.From(Bytes(row, 13)),
            (uint)row.GetInt64(14),
            row.GetInt64(15));
        return new StoredWinner(
            row.GetInt64(0),
            winner,
            (WinnerState)row.GetInt64(16),
            row.IsDBNull(17) ? null : Hash32.From(Bytes(row, 17)),
            (int)row.GetInt64(18),
            row.IsDBNull(19) ? null : (RedemptionOutcome)row.GetInt64(19));
    }

    private static byte[] Bytes(SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    private static object? Scalar(SqliteConnection connection, string sql, object? a = null)
    {
        using var command = Command(connection, sql, a, null);
        return command.ExecuteScalar();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, object? a, object? b)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        if (a is not null)
        {
            command.Parameters.AddWithValue("$a", a);
        }

        if (b is not null)
        {
            command.Parameters.AddWithValue("$b", b);
        }

        return command;
    }
}
