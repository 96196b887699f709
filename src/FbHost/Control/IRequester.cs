using System.Text.Json;

namespace FbHost.Control;

/// <summary>Whoever makes a request: a connection of the control socket, or a button.</summary>
internal interface IRequester
{
    /// <summary>
    /// Notes that the answer to this request follows later, by <see cref="Ok"/> or <see cref="Fail"/>. Until then no other request of a
    /// connection is handled.
    /// </summary>
    void AnswerLater();

    /// <summary>Answers that the request was carried out. The writer adds further members.</summary>
    void Ok(Action<Utf8JsonWriter>? more = null);

    /// <summary>Answers that the request was not carried out, and why.</summary>
    void Fail(string error, Action<Utf8JsonWriter>? more = null);
}
